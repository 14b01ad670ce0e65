"""What the words of Somnio's customers stand for. `sal*` means any word so begun."""

from __future__ import annotations

CONCEPTS: dict[str, tuple[str, ...]] = {
    "howmuch": ("cuanto", "cuanta", "cuantos", "cuantas"),
    "price": (
        "precio*", "vale", "valen", "valor*", "valdr*", "valia", "valiendo", "cuesta*", "costo",
        "costos", "costar*", "costaria", "costando", "cobran", "cobra", "caro", "cara", "carito",
        "tarifa*", "cotiza*", "plata", "piden", "costoso", "costosa", "sale", "salen", "saldria",
        "saldrian", "barato", "barata", "platica",
    ),
    "cost": ("precio*", "vale", "valen", "valor*", "cuesta*", "costo", "cotiza*", "valdr*"),
    "many": (
        "dos", "tres", "2", "3", "varios", "varias", "par", "mayor", "docena", "cuatro", "4",
        "cinco", "5", "seis", "6", "mas", "2x", "3x", "x2", "x3", "muchos", "cantidad",
    ),
    "pack": ("combo*", "paquete*", "pack*", "kit", "kits", "opciones", "opcion", "duo"),
    "promo": (
        "promocion*", "promosion*", "oferta*", "ofertic*", "descuent*", "rebaj*", "2x1", "3x2",
        "ahorr*", "mayorista*", "economic*", "barato", "baratico", "menos", "ofrecen", "dcto",
    ),
    "show": (
        "muestr*", "mostr*", "ensen*", "repit*", "repet*", "recuerd*", "vuelv*", "nuevo", "otra",
        "otras", "otro", "otros", "escog*", "elegir", "elijo", "cambi*", "pasame", "paseme", "mandeme",
        "mandame", "ofrec*", "eran", "opciones",
    ),
    "pay": (
        "pag*", "consign*", "abon*", "anticip*", "adelantad*", "cancelar", "cancela", "cancelo",
        "cancelaria", "cancelan",
    ),
    "ways": ("metodos", "medios", "medio", "metodo", "formas", "opciones", "modalidades", "maneras"),
    "method": (
        "nequi", "nequy", "daviplata", "bancolombia", "tarjeta*", "transfer*", "trasfer*",
        "transaccion*", "pse", "efecty", "baloto", "credito", "debito", "datafono", "cuotas",
        "addi", "sistecredito", "qr", "cuenta", "visa", "mastercard", "paypal", "davivienda",
        "breb", "llave", "link", "banco", "corresponsal", "sured", "online", "linea", "giro",
        "crypto", "bitcoin", "cheque", "plazos", "ahorros", "fiado", "fian",
    ),
    "cash": ("efectivo", "contado"),
    "cod": (
        "contraentrega", "contraentregas", "contrarreembolso", "contrareembolso", "contra",
        "contrapago", "contrarembolso", "contraentega",
    ),
    "receive": (
        "recib*", "llegue", "llega", "lleguen", "llegada", "entreguen", "entrega", "entregan",
        "entreguan", "mensajero", "repartidor", "domiciliario", "puerta", "manos", "cartero",
        "reciba", "traigan", "tenga", "casa", "traen", "entregado",
    ),
    "ship": (
        "envio*", "envia*", "envien", "envie", "enviar*", "mandan", "mandar*", "mandando", "manden",
        "despach*", "domicilio*", "flete*", "transport*", "servientrega", "interrapidisimo",
        "inter", "coordinadora", "llega*", "llegu*", "demora*", "demore", "tard*", "entreg*",
        "cobertura", "paqueteria", "cubren", "traen", "traer*", "vereda*", "pueblo*", "municipio*",
        "internacional*", "reparten", "reparto*", "shipping", "exterior", "deprisa", "tcc",
    ),
    "freight": ("envio*", "flete*", "domicilio*", "transporte"),
    "time": ("demora*", "demore", "tard*", "tiempo", "dias", "cuando", "rapido", "plazo", "horas"),
    "where": (
        "ubicad*", "ubicac*", "ubican", "quedan", "queda", "tienda*", "local", "locales", "sede*",
        "sucursal*", "almacen*", "farmaci*", "drogueri*", "fisic*", "recog*", "punto", "puntos",
        "establecimiento*", "presencial*", "personalmente", "domiciliados", "bodega*",
        "distribuidores", "supermercado*", "consigo", "consigue", "consiguen", "conseguir*", "exito", "encuentr*", "localizad*",
    ),
    "whence": ("donde", "adonde"),
    "inside": (
        "contien*", "contenid*", "ingredient*", "component*", "compost*", "composic*", "formula*",
        "miligramos", "mg", "melatonina", "magnesio", "gotas", "jarabe", "liquido", "liquida",
        "rinde", "rendim*", "alcanza*", "presentacion", "tamano", "gramos", "compuesto",
        "ml", "azucar", "valeriana", "lactosa", "gluten", "sustancia*", "elaborad*", "hecho",
        "natural", "hierbas", "plantas",
    ),
    "holds": ("trae", "traen", "vien*", "contien*", "tiene", "tienen", "incluye", "lleva", "hay"),
    "pills": (
        "pastill*", "capsul*", "tablet*", "comprimid*", "pastas", "pasta", "pepas", "unidades",
        "grageas", "dosis",
    ),
    "lasts": ("dura", "duran", "rinde", "alcanza", "durar", "duraria", "rendira", "durara"),
    "jar": ("frasco*", "tarro*", "envase*", "caja*", "pote*", "botell*", "tarrito", "bote"),
    "take": (
        "toma", "tomo", "toman", "tomar*", "tomas", "tome", "tomaria", "tomando", "tomarse",
        "consum*", "dosis", "dosific*", "ingier*", "ingerir*", "usa", "uso", "usar*", "utiliz*",
        "ayunas", "instruccion*", "mastic*", "trag*", "posolog*", "suministr*", "administr*",
        "tratamiento",
    ),
    "dose": ("dosis", "dosific*", "posolog*", "ayunas", "instruccion*", "mastic*", "diaria"),
    "when": (
        "hora*", "antes", "despues", "noche", "noches", "dia", "diario", "diaria", "diariamente",
        "cada", "veces", "comida", "comer", "desayuno", "cena", "agua", "leche", "manana", "tarde",
        "meses", "semanas",
    ),
    "how": ("como", "manera", "modo", "forma", "instrucciones"),
    "legal": (
        "invima", "imbima", "inbima", "sanitari*", "sanidad", "legal", "legales", "legalidad",
        "certific*", "avala*", "aprobad*", "laboratori*", "fabric*", "autoriz*", "original*",
        "pirat*", "regulad*", "permis*", "registrad*", "registro", "falsific*", "licencia*",
        "elabora", "elaboran", "chiviad*", "chimb*", "marca", "procedencia", "confiable",
    ),
    "harm": (
        "contraindic*", "contradic*", "secundari*", "dano", "danos", "danin*", "adict*", "adicc*",
        "dependen*", "riesg*", "peligr*", "embaraz*", "lactan*", "lactancia", "gestante*", "nino*",
        "nina*", "hipertens*", "diabet*", "presion", "tension", "tiroid*", "hipotiroid*", "higado",
        "rinon*", "corazon", "cardiac*", "medicament*", "medicina*", "medicacion", "remedios",
        "anticoagul*", "antidepres*", "clonazepam", "alcohol", "licor", "cerveza", "alergi*",
        "mareo*", "mareado", "mareada", "resaca", "gastritis", "edad", "menores", "menor",
        "epilep*", "convulsi*", "cirugia*", "operad*", "operaron", "losartan", "warfarina",
        "reaccion*", "advers*", "perjud*", "malo", "mala", "trazodona", "quetiapina", "zopiclona",
        "migrana*", "cancer", "asma", "depresion", "colon", "ulcera", "renal", "hepatic*",
        "anciano*", "abuel*", "bebe", "hijo", "hija", "adolescente*", "seno", "amamant*",
        "azucar", "levotiroxina", "metformina", "insulina", "colesterol", "engorda", "dolor",
        "intoxic*", "sobredosis", "enferm*", "negativo*", "restriccion*", "vicio", "envici*", "trago",
        "habito", "ritalina", "sertralina", "fluoxetina", "acostumbr*",
    ),
    "effect": (
        "sirve", "sirven", "servir*", "sirva", "sirvio", "funcion*", "efectiv*", "eficaz",
        "eficac*", "efecto*", "resultad*", "ayuda", "ayudan", "ayudar*", "ayude", "insomnio",
        "dormir*", "duerm*", "duermo", "durmiendo", "desvel*", "ansiedad", "estres", "nervios",
        "testimoni*", "garanti*", "beneficio*", "estafa*", "comentario*", "probado", "probo",
        "quita", "cura", "curar", "mejora", "mejorar", "sueno", "relaja", "descansar",
        "concili*", "usado", "usaron", "milagro*", "mentira", "cuento", "resena*", "opinion*", "recomiend*",
        "confiar", "confianza", "enganar*", "engano", "enganosa", "publicidad", "reloj",
    ),
    "serves": (
        "sirve", "sirven", "servir*", "sirva", "sirvio", "funcion*", "efecto", "resultad*",
        "ayuda", "ayudan", "ayudar*", "efectivo", "efectiva", "eficaz", "testimoni*", "garanti*",
        "beneficio*", "estafa*",
    ),
    "buy": (
        "comprar*", "compro", "compra", "compre", "adquir*", "adquier*", "pedir*", "pido", "pedido",
        "ordenar*", "encarg*", "obtener*", "obtengo", "solicit*", "llevar*", "llevo",
    ),
    "want": (
        "quiero", "quisiera", "deseo", "desearia", "gustaria", "necesito", "voy", "vamos",
        "quisieramos", "queremos", "puedo", "interesa", "interesado", "interesada", "animo",
    ),
    "product": ("producto", "elixir", "frasco*", "tarro*", "melatonina"),
    "info": ("informacion", "detalles", "informes", "informarme", "infomacion"),
    "person": (
        "asesor*", "acesor*", "humano*", "operador*", "gerente", "supervisor*", "robot", "bot",
        "maquina", "vendedor*", "ejecutiv*", "encargad*", "dueno",
    ),
    "complaint": (
        "queja*", "reclamo", "reclamos", "reclamacion", "devolver*", "devolucion*", "devuelv*",
        "devuelt*", "demand*", "denunci*", "reembols*", "danado", "equivocad*", "roto", "rota",
        "incompleto", "vencido", "fraude", "estafaron",
    ),
}  # fmt: skip

NOISE = frozenset(
    ["a", "al", "ante", "con", "de", "del", "el", "en", "es", "esta", "este", "esto", "eso", "ese", "esa", "la", "las", "le", "les", "lo", "los", "me", "mi", "mis", "nos", "para", "por", "que", "se", "si", "su", "sus", "te", "tu", "un", "una", "uno", "y", "ya", "o", "u", "pues", "favor", "gracias", "hola", "buenas", "buenos", "dias", "tardes", "noches", "senor", "senora", "senorita", "amiga", "amigo", "disculpe", "perdon", "ustedes", "usted", "yo", "muy", "pero", "entonces", "ahi", "hay", "tan", "porque", "cual"]
)
