"""Examples of questions about the product: contents, dosage, registration, safety, effect."""

from __future__ import annotations

PRODUCT = {
    "contenido_envase": """
cuantas pastillas trae
cuantas trae
cuantas capsulas vienen
cuantas tabletas tiene el frasco
que contiene
q contiene el producto
de que esta hecho
que ingredientes tiene
cuales son los componentes
cuanto trae el tarro
cuanto contenido tiene
cuantos comprimidos trae el envase
para cuanto tiempo alcanza
cuanto dura un frasco
para cuantos dias rinde
cuantos miligramos de melatonina tiene
cuanta melatonina trae
tiene magnesio?
que es lo que trae
que viene en el frasco
es en gotas o pastillas
viene en pastas o liquido
es jarabe o capsula
que presentacion tiene
de que tamaño es el frasco
de cuantas es el tarro
composicion del producto
la formula que lleva
tiene azucar?
tiene valeriana
un frasco me sirve pal mes
es natural? que tiene
de cuanto es la presentacion
por cuanto tiempo me rinde un tarro
""",
    "como_se_toma": """
como se toma
como se la toma uno
como me lo tomo
como lo debo tomar
a que hora se toma
cuantas pastillas me tomo al dia
cuantas se toman
cada cuanto se toma
cual es la dosis
que dosis debo tomar
como es el tratamiento
como se usa
como se consume
modo de uso
instrucciones de uso
se toma antes o despues de comer
se toma con agua
en ayunas o en la noche
se toma en la noche?
cuanto tiempo antes de dormir
por cuanto tiempo hay que tomarlo
se toma todos los dias
cuanto dura el tratamiento
cuantos meses lo tomo
puedo tomar dos
es una diaria?
como se ingiere
se mastica o se traga
como seria la toma
indicaciones para tomarlo
a q horas me la tomo
si se me olvida una noche que hago
puedo tomarla a media noche
cuantas veces al dia
se puede dejar de tomar en cualquier momento
como debo consumirlo
""",
    "invima": """
tiene registro invima
tienen invima
registro sanitario
tiene registro sanitario?
es legal
esta aprobado por el invima
cual es el numero de registro
me muestra el registro invima
esta certificado
es un producto avalado
que laboratorio lo hace
quien lo fabrica
quien lo produce
es original
como se que es original
es confiable, tiene permisos
esta registrado
el invima cual es
tiene permiso de sanidad
cuenta con registro
esta autorizado en colombia
que certificacion tiene
es de laboratorio reconocido
no es pirata?
tienen certificado del invima
el producto es legal?
esta regulado por alguna entidad
me mandas foto del registro sanitario
q laboratorio es
marca de que laboratorio
""",
    "contraindicaciones": """
tiene contraindicaciones
que contraindicaciones tiene
tiene efectos secundarios
efectos secundarios?
hace daño
eso no hace daño?
es malo para el higado
produce dependencia
es adictivo
crea adiccion
uno se vuelve dependiente
lo puede tomar una embarazada
estoy embarazada puedo tomarlo
estoy lactando lo puedo tomar
lo pueden tomar los niños
sirve pa niños
mi mama de 80 años lo puede tomar
soy hipertenso puedo tomarlo
sufro de la presion lo puedo tomar
soy diabetica me hace daño
tomo losartan hay problema
tomo pastillas para la tiroides lo puedo tomar
se puede combinar con otros medicamentos
puedo tomarlo con antidepresivos
tomo anticoagulantes
da mareo
al otro dia amanece uno con sueño
deja resaca
quien no lo puede tomar
es seguro
es peligroso
hay riesgo si tomo clonazepam
se puede tomar con alcohol
tengo gastritis lo puedo consumir
sube la tension?
sufro del corazon hay algun problema
a partir de que edad se puede tomar
afecta los riñones
me operaron hace poco puedo tomarlo
alguna contraindicacion?
tiene algun efecto negativo
soy alergico a algo que tenga?
""",
    "sisirve": """
si sirve
eso si sirve?
de verdad funciona
si funciona
es efectivo
que tan efectivo es
si hace efecto
en cuanto tiempo hace efecto
en cuantos dias se ven resultados
cuando empieza a hacer efecto
cuanto tarda en funcionar
me ayuda a dormir toda la noche
sirve para el insomnio
sirve pa dormir
llevo años sin dormir me sirve
sufro de insomnio cronico esto me ayuda
sirve para la ansiedad
sirve para el estres
quita el insomnio
me despierto a media noche eso me sirve
tienen testimonios
hay comentarios de clientes
que dicen los que lo han probado
alguien lo ha probado
tienen garantia
que garantia dan si no me sirve
y si no me funciona
he probado de todo y nada me sirve
para que sirve
que beneficios tiene
que hace el producto
es cierto que ayuda a dormir
no es estafa?
sera que si me funciona
me da resultado?
quisiera saber si es bueno
es bueno ese producto
da sueño de una
sirve para dormir profundo
yo no duermo nada, eso me hara dormir
para que es el elixir
que resultados da
""",
}
