"""Examples of the way to an order: wanting, choosing, confirming, hesitating, leaving, a person."""

from __future__ import annotations

PURCHASE = {
    "captura_datos_si_compra": """
quiero comprar
lo quiero
quiero comprarlo
lo quiero comprar
si lo quiero
quiero pedirlo
quiero hacer el pedido
quiero hacer un pedido
deseo comprar
deseo adquirirlo
me interesa comprar
si deseo adquirir el producto
como hago para comprar
como lo compro
como hago el pedido
como lo pido
que datos necesitan
q datos le doy
a donde mando los datos
le paso mis datos
ya le envio los datos
tomeme el pedido
me lo llevo
lo voy a comprar
voy a pedirlo
mandemelo
enviemelo por favor
quiero que me lo manden
listo como hacemos el pedido
listo lo compro
si quiero
claro que lo quiero
quiero ordenar
quisiera encargar el producto
me gustaria adquirirlo
apunteme uno a mi nombre
hagamosle, que necesita de mi
de una, mandelo
que debo hacer para adquirir el producto
necesito comprar ese elixir
quiero mi frasco
como puedo obtener el producto
regalame los pasos para comprar
hagame el pedido por favor
""",
    "ofrecer_promos": """
muestrame las promos
muestreme las promociones otra vez
ya te di los datos, muestrame los paquetes
ya estan mis datos que combos hay
quiero ver las promociones de nuevo
ensename los paquetes
cuales eran las promociones
me repites las promos
me recuerdas los combos
quiero ver los packs
pasame las opciones
que opciones tengo para escoger
cuales son las opciones
vuelve a mandar las promociones
muestrame los combos
mandeme las promociones
quiero cambiar de paquete
puedo escoger otro paquete
dejame ver las otras opciones
quiero mirar otra promocion
a ver las promos
repiteme los precios de los paquetes
ofreceme los combos
quiero elegir el paquete
listo ya mande los datos, ahora que sigue, los paquetes?
""",
    "resumen_1x": """
1x
uno solo
quiero uno
solo uno
deme uno
el de uno
el de 1
una unidad
quiero un solo frasco
uno para probar
empiezo con uno
el individual
solo quiero una
con uno esta bien
el primero
la primera opcion
por ahora uno
mandeme un frasquito
me llevo uno
regaleme uno porfa
un frasco no mas
voy a llevar un tarro
opcion 1
solamente uno
el sencillo
""",
    "resumen_2x": """
2x
el de 2
quiero dos
quiero el de dos
el doble
dos unidades
dame el de 2
deme dos
el combo de dos
el pack de 2
el segundo
la segunda opcion
me llevo dos
dos frascos por favor
la promo de 2
quiero llevar 2
uno para mi y otro para mi esposa
el paquete de dos
mandeme dos
opcion 2
los dos
regaleme dos tarros
voy por los 2
quiero 2
me quedo con la de dos
un par
""",
    "resumen_3x": """
3x
el de 3
quiero tres
quiero el de tres
el triple
tres unidades
dame el de 3
deme tres
el combo de tres
el pack de 3
el tercero
la tercera opcion
me llevo tres
tres frascos por favor
la promo de 3
quiero llevar 3
el paquete de tres
mandeme tres
opcion 3
los tres
el mas grande
el combo grande
voy por los 3
mejor el de 3
quiero 3
regaleme los tres tarros
""",
    "compra_confirmada": """
si confirmo
confirmo
confirmado
si, confirmo mi compra
confirmo el pedido
si esta bien confirmo
todo correcto
todo esta bien
correcto, envielo
si esta correcto
asi esta perfecto despachenlo
listo confirmado
si por favor despachelo
ok confirmo
claro que si confirmo
confirmo mi orden
si señora confirmado
si señor confirmo
pueden enviarlo
pueden despachar el pedido
acepto
de acuerdo, confirmo
los datos estan bien
dale confirmado
""",
    "no_confirmado": """
no confirmo
todavia no
aun no confirmo
mejor despues
mejor no
lo voy a pensar
dejame pensarlo
lo pienso y te aviso
espere un momento no confirme todavia
no estoy segura
no estoy seguro aun
tengo dudas todavia
primero le pregunto a mi esposo
lo consulto y le digo
ahorita no tengo plata
no tengo el dinero todavia
cuando me paguen le confirmo
la otra semana mejor
mas adelante
despues te confirmo
todavia no lo envie
aguanta, no lo mandes aun
luego le confirmo
me arrepenti
por el momento no
en la quincena lo pido
no lo despachen todavia
hasta fin de mes no puedo
deme un tiempo lo analizo
""",
    "no_interesa": """
no me interesa
no gracias
no estoy interesada
no estoy interesado
ya no lo quiero
ya no me interesa
no quiero nada
no deseo comprar
no lo necesito
no me escriban mas
no me escriba mas por favor
borreme de su lista
dejen de molestar
no quiero comprar nada
ya compre en otro lado
ya consegui otro
no voy a comprar
gracias pero no
muy caro, no gracias
esta muy costoso no lo quiero
no es para mi
solo estaba averiguando
solo preguntaba, gracias
era por curiosidad
cancele mi pedido
ya no quiero el pedido
deje asi
dejemos asi gracias
no mande nada
no me llame mas
""",
    "fallback": """
quiero hablar con un asesor
asesor
asesor por favor
quiero hablar con una persona
me comunica con un humano
necesito que me atienda una persona real
eres un robot?
esto es un bot
estoy hablando con una maquina
me puede llamar
llameme por favor
necesito que me llamen
tienen un numero para llamar
quiero poner una queja
tengo un reclamo
mi pedido no ha llegado
donde esta mi pedido
el paquete me llego dañado
me llego el producto equivocado
quiero devolver el producto
quiero que me devuelvan la plata
el numero de guia por favor
no me ha llegado la guia
pasame con el gerente
estan contratando personal
necesito trabajo
quiero ser distribuidor
venden otra cosa
tienen colageno
venden algo para adelgazar
que venden para el dolor de rodilla
cuanto es dos mas dos
cuentame un chiste
quien gano el partido
que dia es hoy
asdfgh
me ayuda un vendedor
prefiero que me atienda alguien
""",
}
