"""What customers of a shop for sleeping tablets write."""

QUESTIONS = (
    "hola, cuanto vale?", "buenas tardes, que precio tiene", "hola", "como se toma?",
    "cuanto demora el envio a Medellin?", "hacen envios a Pasto?", "que contiene el frasco",
    "cuantas pastillas trae", "sirve para la ansiedad?", "tiene efectos secundarios?",
    "tiene registro invima?", "donde estan ubicados", "puedo pagar contra entrega?",
    "reciben nequi?", "que promociones tienen", "lo quiero comprar", "quiero comprar dos",
    "y si estoy embarazada puedo tomarlo?", "no me interesa gracias", "perfecto, confirmo",
    "el de 1x", "quiero la promo 2x", "el paquete de 3x por favor", "cuando llegaria",
    "necesito hablar con una persona", "ok", "jajaja", "mi mamá también lo toma 😅",
)  # fmt: skip
CALM = tuple(words for words in QUESTIONS if "persona" not in words)
"""What a bot can answer itself."""
DATA = (
    "me llamo Lucía Gómez", "soy Pedro Díaz, vivo en Cali", "mi numero es 3015556677",
    "calle 45 # 12-30, barrio San Luis", "Bogotá, Cundinamarca", "lucia.gomez@correo.test",
    "Carrera 7 #20-11 apto 301, barrio Centro, Pereira", "ciudad Bucaramanga, Santander",
    "me llamo Ana Ruiz, 3105550011, calle 10 # 5-20 barrio La Paz, Palmira, Valle",
)  # fmt: skip
EDITED = ("perdón: cuanto valen tres?", "quise decir dos frascos", "mejor envíenlo a Cali")
PERSON = "Hola, le habla Marta de la tienda, ya le ayudo"
