"""Examples of questions around the sale: price, packs, payment, shipping, place."""

from __future__ import annotations

SALE = {
    "precio": """
precio
precio?
cuanto vale
cuanto cuesta
q precio tiene
cual es el precio
que valor tiene
cuanto es
a como
a como lo tienen
a cómo está el frasco
me regala el precio por favor
me das el valor porfa
me puede decir cuanto cuesta el elixir
cuanto sale el frasco
en cuanto sale
cuanto me sale uno
cuánto hay que pagar por el producto
cuanto esta valiendo
cuánto piden por eso
q cuesta
valor del producto?
precio del elixir del sueño
quiero saber el precio
quisiera saber cuanto cuesta el frasco
cuanto seria el costo total
que costo tiene
el valor cual es
cuanto vale con el envio
cuanto dinero es
cuanta plata es
me interesa saber cuanto valen las pastillas
pero cuanto vale
y el precio?
esta muy caro? cuanto vale
cuanto cobran por el tarro
precio x favor 🙏
kuanto cuesta
cuanto vale un solo frasco
cuanto vale la unidad
regáleme información del precio
""",
    "info_promociones": """
que promociones tienen
tienen promociones
promociones?
hay descuento
hay algun descuento si llevo varios
tienen combos
q combos manejan
cuales son los paquetes
que paquetes hay
manejan ofertas
alguna oferta?
si llevo dos me sale mas barato
cuanto valen los 3
cuanto me queda si llevo 2
precio por dos frascos
y si compro tres cuanto me ahorro
hacen rebaja por cantidad
que descuento me haces
me lo dejas mas barato
esta caro no hay rebaja?
tienen algun 2x1
cuanto vale el combo de 2
cuanto cuesta el de 3
de a cuanto salen llevando varios
me cuentas las promos por favor
informacion de las promociones
cuales son las ofertas que tienen hoy
vi que tenian una promo, cual es
precio al por mayor
que precios tienen los packs
que trae la promocion
cuanto sale llevar mas de uno
que promo hay este mes
me interesa la promocion, como es
cuanto por 3 tarros
""",
    "modopago": """
como se paga
como pago
como es el pago
como hago para pagar
cual es la forma de pago
forma de pago
el pago como se hace
como se cancela
cuando se paga
cuando tengo que pagar
en que momento se hace el pago
toca pagar antes?
toca pagar por adelantado
hay que consignar primero
se paga ahora o despues
el pago es anticipado
debo pagar ya
como les pago
como se hace para cancelar el producto
modo de pago
modo d pago
de que manera se paga
como seria lo del pago
me explicas lo del pago
como funciona el pago
a quien le pago
tengo que dar anticipo
""",
    "metodos_de_pago": """
que metodos de pago tienen
metodos de pago
medios de pago
que medios de pago aceptan
cuales son las formas de pago que manejan
reciben tarjeta
aceptan tarjeta de credito
puedo pagar con tarjeta
se puede pagar por nequi
reciben nequi
tienen daviplata
puedo transferir a bancolombia
puedo hacer transferencia
me pasa el numero de cuenta
a que cuenta consigno
numero de nequi para pagar
aceptan pse
se puede pagar en linea
tienen link de pago
puedo pagar por efecty
reciben transferencia o solo efectivo
con que puedo pagar
puedo pagar con tarjeta debito
aceptan addi o sistecredito
pago por qr
por baloto se puede?
todas las opciones de pago por favor
tienen datafono
me das las opciones para pagar
lo puedo pagar a cuotas
manejan credito
prefiero pagar por transferencia se puede?
""",
    "modopago2": """
es contraentrega
es contra entrega?
pago contra entrega
pago contraentrega?
manejan pago contra entrega
se paga al recibir
pago al recibir?
pago cuando me llegue
pago cuando lo reciba verdad
puedo pagar en la casa
lo pago cuando me lo entreguen
se paga cuando llega
o sea que pago cuando llegue el paquete
primero me llega y luego pago?
se puede pagar al mensajero
le pago al repartidor
puedo pagar en efectivo cuando llegue
yo pago al momento de recibirlo
tienen pago contra reembolso
hacen contraentrega
seguro q es contraentrega
no toca pagar nada hasta que llegue cierto
lo cancelo cuando lo tenga en mis manos
pagaria al domiciliario?
tengo desconfianza, se paga cuando llega?
se cancela en la puerta de la casa
contraentrega?
pago en la puerta
confirmeme que es pago al recibir
me da miedo pagar antes, puedo pagar cuando llegue
""",
    "envio": """
hacen envios
hacen envios a cali
envian a todo el pais
llegan a mi ciudad
llegan hasta pasto
cuanto se demora en llegar
cuanto demora el envio
en cuantos dias llega
cuantos dias se tarda
cuando me llegaria
cuanto vale el envio
el envio es gratis
tiene costo el domicilio
cobran domicilio
mandan a pueblos
envian a veredas
tienen cobertura en el amazonas
por cual transportadora envian
con que empresa lo mandan
por interrapidisimo lo envian?
manejan servientrega
como es el envio
como me lo envian
lo traen hasta la casa
entregan a domicilio
si pido hoy cuando llega
me lo mandan a medellin
y para bogota hacen envio
hasta aca llegan?
envios a la costa?
me lo pueden mandar a un municipio
cuanto tiempo tarda en llegarme
el flete quien lo paga
despachan fuera de la ciudad
envian fuera de colombia
envios internacionales
q dias despachan
lo reclamo en oficina o llega a la casa
cuanto es el envio pa barranquilla
hay entregas los domingos
tiempo de entrega
""",
    "ubicacion": """
donde estan ubicados
de donde son
d donde son ustedes
en que ciudad estan
donde queda la tienda
tienen punto fisico
tienen local
tienen tienda fisica
direccion de la tienda
donde los encuentro
donde se consigue
donde lo puedo comprar
lo venden en farmacias
esta en droguerias
puedo ir a recogerlo
puedo pasar a comprarlo personalmente
desde donde despachan
de que ciudad envian
ubicacion
ubicacion por favor
me mandas la ubicacion
tienen sede en cali
hay sucursal en bogota
estan en bucaramanga?
en que parte de colombia quedan
son de aqui de medellin
ustedes de donde escriben
donde es la oficina
se puede comprar en almacen
donde funcionan
donde tienen el negocio
tienen distribuidores en mi ciudad
""",
}
