"""Signs of wanting, confirming, hesitating, leaving, complaining, and of wanting a person."""

from __future__ import annotations

from .signs import sign

PEOPLE = (
    sign("fallback", "person", absent="effect", strength=92),
    sign("fallback", words=r"\bcon (?:una|otra|alguna) persona\b", strength=92),
    sign(
        "fallback",
        words=r"\b(?:pedido|orden|compra) (?:que )?(?:ya )?(?:hice|realice|hicimos|anterior)\b",
        strength=92,
    ),
    sign("fallback", "complaint", absent="pay cod serves", strength=90),
    sign(
        "fallback",
        words=r"\b(?:hablar|habl[ae]|comuni\w+|atiend\w*|atenci\w+|atender\w*|pas[ae]me)\b.{0,25}"
        r"\b(?:person\w*|alguien|uste?d\w*|real|ser humano)\b|\bpersona (?:real|de verdad)\b",
        strength=93,
    ),
    sign(
        "fallback",
        words=r"\b(?:ll?am[ae]me|ll?amenme|me (?:puede[ns]?|podria[ns]?)? ?(?:llamar?|marcar|marca)"
        r"|me (?:llaman?|llamen?|llamaran|marquen)\b|(?:una )?llamada|numero (?:para"
        r"|donde) (?:llamar|hablar)|marqueme)\b",
        strength=90,
    ),
    sign(
        "fallback",
        words=r"\bno (?:me )?(?:ha|han|a|he) (?:llegado|recibido|entregado|enviado|mandado"
        r"|despachado)\b|\bno (?:me )?llego\b"
        r"|\b(?:donde|cuando|que paso|como va|en que va|rastrear)\b.{0,20}"
        r"\bmi (?:pedido|paquete|compra|orden|envio)\b|\b(?:numero|la) (?:de )?guia\b"
        r"|\bmi (?:pedido|paquete|encomienda)\b.{0,25}\b(?:no|aun|todavia|nunca|lleg\w+"
        r"|aparec\w+|semanas?)\b"
        r"|\bnunca (?:me )?(?:llego|enviaron|mandaron|entregaron)"
        r"|\bcambi\w+\b.{0,25}\bque me (?:llego|mandaron|enviaron)"
        r"|\bme (?:llego|enviaron|mandaron)\b.{0,25}\b(?:mal|otro|otra|vaci\w+|abiert\w+)\b"
        r"|\btrabaj(?:o|ar|os) (?:con|para|en)\b|\b(?:hoja de vida|vacante\w*|distribuidor"
        r"|empleos)\b",
        strength=90,
    ),
)

ELSEWHERE = (
    sign(
        "fallback",
        words=r"\bvende[ns]? (?!lo|la|los|el|ese|este|eso|esto|aca|aqui|en|por|a|al|solo|y|o"
        r"|tambien en|con)\w+"
        r"|\b(?:venden?|tienen|manejan) (?:otr[oa]s? (?:cosa|producto)\w*|algo (?:para|pa))",
        absent="product where pills promo effect legal price pack",
        strength=86,
    ),
)

GUARANTEE = (
    sign("sisirve", words=r"\bpara que\b.{0,20}\bsirve", strength=90),
    sign(
        "sisirve",
        words=r"\b(?:en cuant\w+|cuant\w+|cuando|que tan rapido"
        r"|en que tiempo)\b.{0,25}\b(?:efecto|funcion"
        r"|resultad|efectos|nota|cambio|mejor)",
        absent="harm pay",
    ),
    sign(
        "sisirve",
        words=r"\bsi no (?:me )?(?:funciona|sirve|hace|da|gusta|ayuda|pasa nada|siento|veo)",
        strength=92,
    ),
)

ORDERING = (
    sign(
        "captura_datos_si_compra",
        words=r"\bme l[oa] (?:envi[ae]|mand[ae])\w*\b(?! (?:a|al|hasta|por (?:inter|serv|env"
        r"|coord)\w*|con|en|para|hoy)\b)"
        r"|\b(?:hagamos|hacer|hago|hagale) (?:el|un|mi) pedido|\bcomo le hago\b"
        r"|\bque (?:hago|tengo que hacer|debo hacer)\b.{0,12}\b(?:compr|ped|adquir|obten)",
        absent="time where complaint method",
    ),
    sign(
        "captura_datos_si_compra",
        words=r"\bcomo (?:hago|hacemos|puedo|se hace|seria|lo|la|es"
        r"|para)\b.{0,22}\b(?:me l[oa] (?:envi|mand)\w+|compr\w+|pid\w+|ped\w+|adqui\w+"
        r"|obten\w+"
        r"|orden\w+|consig\w+|encarg\w+)",
        absent="where pay complaint whence",
    ),
    sign(
        "captura_datos_si_compra",
        words=r"\bque (?:datos|informacion|necesitan?|requieren|debo (?:dar|mandar"
        r"|enviar))\b.{0,30}"
        r"\b(?:necesit\w*|requier\w*|piden|doy|mando|paso|envi\w+|pedido|comprar|de mi)\b"
        r"|\b(?:que|cuales) datos\b"
        r"|\btom(?:ar|a|e|eme|ame|arme|en)\b.{0,10}\b(?:datos|pedido|orden)\b"
        r"|\b(?:mando|envio|paso|doy) (?:mis|los) datos",
        strength=90,
    ),
)

LEAVING = (
    sign(
        "no_interesa",
        words=r"\bno (?:me |nos )?(?:insist|molest)\w*|\bno (?:me|nos) interes\w*"
        r"|\bno estoy interesad|\bdej(?:e|en|a|ar|o) de\b"
        r"|\bno (?:me|nos) (?:vuelva\w* a )?(?:escrib\w*|llam[ea]\w*|mand[ea]\w*|envi[ea]\w*"
        r"|contact\w*"
        r"|molest\w*|insist\w*|jod\w*)|\b(?:borr|elimin|bloque|saqu|desuscrib"
        r"|quit)\w*\b.{0,4}\b(?:de (?:su|la|esa|esta|sus|las|ahi)|mi numero|este)\b"
        r"|\bd?ej(?:e|a|emos|elo|alo|emoslo|o) ?(?:asi|ahi|quieto)\b",
        strength=91,
    ),
    sign(
        "no_interesa",
        words=r"\b(?:ya )?no (?:lo |la |los )?(?:quiero|deseo|necesito|quisiera|voy a|pienso)"
        r"(?: (?:nada|comprar\w*|pedir\w*|adquirir\w*|el|ese|ningun\w*|llevar\w*|seguir|ordenar))?$"
        r"|\bno (?:lo |la )?(?:quiero|deseo|necesito|voy a|pienso) (?:nada|comprar\w*|pedir\w*"
        r"|adquirir\w*|el (?:pedido|producto)|ese|ningun\w*|llevar\w*|seguir|ordenar|mas)"
        r"|\b(?:ya|lo) (?:compre|consegui|adquiri)\b|\bno (?:es )?para mi\b",
        absent="complaint",
        strength=89,
    ),
    sign(
        "no_interesa",
        words=r"\bcancel(?:e|o|ar|en|a|enlo|elo|arlo|eme)\b.{0,9}\b(?:pedido|compra|orden|todo"
        r"|envio)\b"
        r"|\bsolo (?:estaba|queria|preguntaba|era|estoy|averiguaba|miraba)\b|\bpor curios\w+"
        r"|\bno,? (?:muchas )?(?:mil )?gracias\b|\bgracias pero no\b",
        strength=88,
    ),
    sign(
        "no_confirmado",
        words=r"\bno (?:le |te |les |lo )?(?:confirm\w+|despach\w+|envi\w+|mand\w+)"
        r"|\b(?:aun|todavia) no\b|\bmejor (?:no|despues|luego|espero|mas tarde|otro dia)\b"
        r"|\b(?:lo )?(?:voy a|dej[ae]me|dejeme|tengo que|necesito|quiero|debo) (?:pensar"
        r"|analiz\w+|consult\w+)"
        r"|\b(?:lo|la) (?:pienso|pensare|consulto|analizo|hablo)\b|\bpensarlo\b|\bconsultarlo\b",
        strength=90,
    ),
    sign(
        "no_confirmado",
        words=r"\bconfirm\w*\b.{0,10}\b(?:manana|despues|luego|mas tarde|otro dia|el (?:lunes"
        r"|viernes))\b"
        r"|\bpensando\b|\bno estoy (?:muy |tan |del todo )?segur|\bme arrepent|\btengo (?:mis "
        r"|muchas |unas )?dudas"
        r"|\b(?:no tengo|sin|me falta) (?:la |el |toda la |con que )?(?:plata|dinero|pagar)"
        r"|\b(?:quincena|fin de mes|me paguen|me pagan|proximo mes|otro mes|otra semana"
        r"|proxima semana)\b"
        r"|\b(?:despues|luego|mas tarde|manana|ahorita|mas adelante) (?:te|le|les|lo"
        r"|la)? ?(?:confirm|avis"
        r"|escrib|dig|habl|cont|decid|pido|compro)\w*|\b(?:le|les|te) (?:aviso|confirmo"
        r"|cuento) (?:despues|luego"
        r"|manana|mas)|\b(?:pregunt|consult|habl)\w*.{0,12}\bmi (?:espos\w+|marido|mujer|mama"
        r"|papa|hij\w+|familia)"
        r"|\b(?:por (?:el momento|ahora|lo pronto)|ahora|ahorita|hoy) no\b|\bno puedo (?:ahora"
        r"|todavia|hoy|aun)"
        r"|\bmas adelante\b|\bcuando (?:tenga|consiga|reciba) (?:la |el )?(?:plata|dinero"
        r"|sueldo|pago)\b|\b(?:de?me|deme|regaleme) (?:un|unos) (?:tiempo|dias|momento)|\baguant",
        absent="harm ship",
        strength=88,
    ),
)

CONFIRMING = (
    sign("compra_confirmada", words=r"\bconfirm(?:o|ado|ada|ados|adisimo|ar|amos|ela|elo)\b"),
    sign(
        "compra_confirmada",
        words=r"\bcorrect[oa]s?\b|\b(?:todo|asi|datos?) (?:esta |estan |es |bien "
        r"|muy )*(?:correct\w+|bien|perfect\w+|ok)\b"
        r"|^(?:si )?(?:esta )?(?:correcto|acepto|de acuerdo|perfecto)$|\bprocedan?\b",
        absent="howmuch",
        strength=86,
    ),
)

BUYING = (
    sign(
        "captura_datos_si_compra",
        words=r"\b(?:lo|la|los|si) (?:quiero|deseo|compro|pido|llevo|encargo"
        r"|ordeno)\b(?! (?:saber|preguntar|ver))"
        r"|\bme (?:lo|la) (?:llevo|quedo|envia\w*|manda\w*|despacha\w*)|\b(?:mand|envi"
        r"|despach)[ae]n?me?lo\b"
        r"|\b(?:tom|anot|apunt|agend|separ|hag)[ae]n?me\b|\bque datos\b|\b(?:doy|paso|mando"
        r"|envio) (?:mis |los )datos",
        absent="where pay complaint whence",
        strength=88,
    ),
    sign(
        "captura_datos_si_compra",
        "want buy",
        absent="howmuch price where pay complaint promo pack info whence",
        strength=88,
    ),
    sign(
        "captura_datos_si_compra",
        words=r"\b(?:quiero|quisiera|deseo|necesito|regal[ae]me|me interesa|voy por) (?:ya )?"
        r"(?:el|un|mi|ese|este|la|los|una) (?:producto|elixir|frasc\w+|tarr\w+|melatonina"
        r"|pedido|compra)\b",
        absent="howmuch price complaint",
        strength=87,
    ),
    sign(
        "captura_datos_si_compra",
        "buy",
        absent="howmuch price where pay complaint promo pack info whence effect harm",
        strength=76,
    ),
    sign(
        "precio", "info", absent="where pay ship promo legal take inside effect harm", strength=85
    ),
    sign(
        "captura_datos_si_compra",
        words=r"\b(?:me|estoy) (?:interesa|interesad[oa]|animo|gusta)\b",
        absent="howmuch price info",
        strength=76,
    ),
)
