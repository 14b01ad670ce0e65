"""Signs by which Somnio's intents are known, the more telling first."""

from __future__ import annotations

import re

from agents.llm.embedded.language import Cue


def _cue(
    intent: str, concepts: str = "", *, absent: str = "", words: str = "", strength: int = 88
) -> Cue:
    return Cue(
        intent=intent,
        concepts=frozenset(concepts.split()),
        absent=frozenset(absent.split()),
        words=re.compile(words) if words else None,
        strength=strength,
    )


_PEOPLE = (
    _cue("fallback", "person", absent="effect", strength=92),
    _cue("fallback", "complaint", absent="pay cod serves", strength=90),
    _cue(
        "fallback",
        words=r"\b(?:hablar|habl[ae]|comuni\w+|atiend\w*|atenci\w+|atender\w*|pas[ae]me)\b.{0,25}"
        r"\b(?:person\w*|alguien|uste?d\w*|real|ser humano)\b|\bpersona (?:real|de verdad)\b",
        strength=93,
    ),
    _cue(
        "fallback",
        words=r"\b(?:ll?am[ae]me|ll?amenme|me (?:puede[ns]?|podria[ns]?)? ?(?:llamar?|marcar|marca)"
        r"|me llaman|(?:una )?llamada|numero (?:para|donde) (?:llamar|hablar)|marqueme)\b",
        strength=90,
    ),
    _cue(
        "fallback",
        words=r"\bno (?:me )?(?:ha|han|a) (?:llegado|entregado|enviado|mandado|despachado)\b"
        r"|\bno (?:me )?llego\b|\b(?:donde|cuando|que paso|como va|en que va|rastrear)\b.{0,20}"
        r"\bmi (?:pedido|paquete|compra|orden|envio)\b|\b(?:numero|la) (?:de )?guia\b"
        r"|\bmi (?:pedido|paquete|encomienda)\b.{0,25}\b(?:no|aun|todavia|nunca|lleg\w+|aparec\w+|semanas?)\b"
        r"|\bme (?:llego|enviaron|mandaron)\b.{0,25}\b(?:mal|otro|otra|vaci\w+|abiert\w+)\b"
        r"|\btrabaj(?:o|ar|os) (?:con|para|en)\b|\b(?:hoja de vida|vacante\w*|distribuidor|empleo)\b",
        strength=90,
    ),
)

_ELSEWHERE = (
    _cue(
        "fallback",
        words=r"\bvende[ns]? (?!lo|la|los|el|ese|este|eso|esto|aca|aqui|en|por|a|al|solo|y|o|tambien en|con)\w+"
        r"|\b(?:venden?|tienen|manejan) (?:otr[oa]s? (?:cosa|producto)\w*|algo (?:para|pa))",
        absent="product where pills promo effect legal price pack",
        strength=86,
    ),
)

_GUARANTEE = (
    _cue(
        "sisirve",
        words=r"\bsi no (?:me )?(?:funciona|sirve|hace|da|gusta|ayuda|pasa nada|siento|veo)",
        strength=92,
    ),
)

_ORDERING = (
    _cue(
        "captura_datos_si_compra",
        words=r"\bque (?:datos|informacion|necesitan?|requieren|debo (?:dar|mandar|enviar))\b.{0,30}"
        r"\b(?:necesit\w*|requier\w*|piden|doy|mando|paso|envi\w+|pedido|comprar|de mi)\b|\bque datos\b"
        r"|\btom(?:ar|a|e|eme|ame|arme|en)\b.{0,10}\b(?:datos|pedido|orden)\b"
        r"|\b(?:mando|envio|paso|doy) (?:mis|los) datos",
        strength=90,
    ),
)

_LEAVING = (
    _cue(
        "no_interesa",
        words=r"\bno (?:me|nos) interes\w*|\bno estoy interesad|\bdej(?:e|en|a|ar|o) de\b"
        r"|\bno (?:me|nos) (?:vuelva\w* a )?(?:escrib\w*|llam[ea]\w*|mand[ea]\w*|envi[ea]\w*|contact\w*"
        r"|molest\w*|insist\w*|jod\w*)|\b(?:borr|elimin|bloque|saqu|desuscrib|quit)\w*\b.{0,4}\b(?:de (?:su|la|esa|esta|sus|las|ahi)|mi numero|este)\b"
        r"|\bd?ej(?:e|a|emos|elo|alo|emoslo|o) ?(?:asi|ahi|quieto)\b",
        strength=91,
    ),
    _cue(
        "no_interesa",
        words=r"\b(?:ya )?no (?:lo |la |los )?(?:quiero|deseo|necesito|quisiera|voy a|pienso)"
        r"(?: (?:nada|comprar\w*|pedir\w*|adquirir\w*|el|ese|ningun\w*|llevar\w*|seguir|ordenar))?$"
        r"|\bno (?:lo |la )?(?:quiero|deseo|necesito|voy a|pienso) (?:nada|comprar\w*|pedir\w*"
        r"|adquirir\w*|el (?:pedido|producto)|ese|ningun\w*|llevar\w*|seguir|ordenar|mas)"
        r"|\b(?:ya|lo) (?:compre|consegui|adquiri)\b|\bno (?:es )?para mi\b",
        absent="complaint",
        strength=89,
    ),
    _cue(
        "no_interesa",
        words=r"\bcancel(?:e|o|ar|en|a|enlo|elo|arlo|eme)\b.{0,9}\b(?:pedido|compra|orden|todo|envio)\b"
        r"|\bsolo (?:estaba|queria|preguntaba|era|estoy|averiguaba|miraba)\b|\bpor curios\w+"
        r"|\bno,? (?:muchas )?(?:mil )?gracias\b|\bgracias pero no\b",
        strength=88,
    ),
    _cue(
        "no_confirmado",
        words=r"\bno (?:le |te |les |lo )?(?:confirm\w+|despach\w+|envi\w+|mand\w+)"
        r"|\b(?:aun|todavia) no\b|\bmejor (?:no|despues|luego|espero|mas tarde|otro dia)\b"
        r"|\b(?:lo )?(?:voy a|dej[ae]me|dejeme|tengo que|necesito|quiero|debo) (?:pensar|analiz\w+|consult\w+)"
        r"|\b(?:lo|la) (?:pienso|pensare|consulto|analizo|hablo)\b|\bpensarlo\b|\bconsultarlo\b",
        strength=90,
    ),
    _cue(
        "no_confirmado",
        words=r"\bconfirm\w*\b.{0,10}\b(?:manana|despues|luego|mas tarde|otro dia|el (?:lunes|viernes))\b"
        r"|\bpensando\b|\bno estoy (?:muy |tan |del todo )?segur|\bme arrepent|\btengo (?:mis |muchas |unas )?dudas"
        r"|\b(?:no tengo|sin|me falta) (?:la |el |toda la |con que )?(?:plata|dinero|pagar)"
        r"|\b(?:quincena|fin de mes|me paguen|me pagan|proximo mes|otro mes|otra semana|proxima semana)\b"
        r"|\b(?:despues|luego|mas tarde|manana|ahorita|mas adelante) (?:te|le|les|lo|la)? ?(?:confirm|avis"
        r"|escrib|dig|habl|cont|decid|pido|compro)\w*|\b(?:le|les|te) (?:aviso|confirmo|cuento) (?:despues|luego"
        r"|manana|mas)|\b(?:pregunt|consult|habl)\w*.{0,12}\bmi (?:espos\w+|marido|mujer|mama|papa|hij\w+|familia)"
        r"|\b(?:por (?:el momento|ahora|lo pronto)|ahora|ahorita|hoy) no\b|\bno puedo (?:ahora|todavia|hoy|aun)"
        r"|\bmas adelante\b|\b(?:de?me|deme|regaleme) (?:un|unos) (?:tiempo|dias|momento)|\baguant",
        absent="harm ship",
        strength=88,
    ),
)

_CONFIRMING = (
    _cue("compra_confirmada", words=r"\bconfirm(?:o|ado|ada|ados|adisimo|ar|amos|ela|elo)\b"),
    _cue(
        "compra_confirmada",
        words=r"\bcorrect[oa]s?\b|\b(?:todo|asi|datos?) (?:esta |estan |es |bien |muy )*(?:correct\w+|bien|perfect\w+|ok)\b"
        r"|^(?:si )?(?:esta )?(?:correcto|acepto|de acuerdo|perfecto)$|\bprocedan?\b",
        absent="howmuch",
        strength=86,
    ),
)

_PAYING = (
    _cue("modopago2", words=r"\b(?:da|doy|entrego|dar|paso|dan)\b.{0,12}\b(?:plata|dinero|efectivo)\b.{0,30}"
         r"\b(?:trae|traiga|lleg\w+|entreg\w+|mensajer\w|domicili\w+)\b"),
    _cue("modopago2", "cod", absent="harm"),
    _cue("envio", "freight pay", absent="cod method", strength=86),
    _cue("metodos_de_pago", "method", absent="cod harm effect legal"),
    _cue("metodos_de_pago", "ways pay", absent="cod"),
    _cue("metodos_de_pago", words=r"\b(?:reciben|aceptan|manejan|solo) (?:en )?efectivo\b"),
    _cue("metodos_de_pago", words=r"\b(?:con que|por donde|por que medio|a donde)\b.{0,15}\b(?:pag|consign|cancel)"),
    _cue("modopago2", "pay receive", absent="howmuch method"),
    _cue("modopago2", "cash pay", absent="ways"),
    _cue("precio", "howmuch pay", absent="ship promo many receive harm", strength=86),
    _cue("modopago", "pay", absent="howmuch ship harm effect complaint price inside take"),
    _cue("modopago", "pay how", absent="howmuch harm inside take"),
)

_PACKS = (
    _cue("ofrecer_promos", "show promo", absent="price howmuch", strength=86),
    _cue("ofrecer_promos", "show pack", absent="price howmuch pay", strength=86),
    _cue("info_promociones", "many", words=r"\b(?:a|en) (?:como|cuanto)\b.{0,25}\b(?:dos|tres|2|3|varios|cuatro|4)\b"),
    _cue("info_promociones", words=r"\b(?:alguna|una) (?:atencion|rebajita|napa)\b|\b(?:precio|algo) (?:muy )?especial\b"),
    _cue("info_promociones", "pack", absent="pay inside take ship", strength=85),
    _cue("info_promociones", "promo", absent="pay inside take freight effect harm"),
    _cue("info_promociones", "howmuch many", absent="ship take inside effect harm pills time lasts"),
    _cue("info_promociones", "cost many", absent="ship take inside effect harm freight", strength=85),
    _cue(
        "info_promociones",
        words=r"\bsi (?:\w+ )?(?:llevo|compro|pido|quiero|llevara|comprara) (?:(?:los|las|unos|unas|como|de a) )*"
        r"(?:dos|tres|cuatro|cinco|2|3|varios|varias|mas|\d+)\b",
        absent="effect harm ship",
    ),
)

_PLACE = (
    _cue("ubicacion", words=r"\b(?:de|desde) (?:donde|que (?:ciudad|parte|lugar|sitio))\b", absent="pay"),
    _cue("ubicacion", words=r"\b(?:en )?que (?:ciudad|parte|lugar|sitio) (?:estan|son|se|quedan|queda|atienden)"),
    _cue("ubicacion", "where", absent="pay take inside freight effect price"),
    _cue("ubicacion", "where buy", absent="pay take"),
    _cue(
        "ubicacion",
        words=r"\bdonde\b.{0,25}\b(?:compr\w+|consig\w+|venden|adquier\w+|estan|son|queda\w*|encuentr\w+"
        r"|funcionan|atienden|es|tienen|hay|ir|ubic\w+|recoj\w+|recog\w+|busco|puedo ir)\b",
        absent="pay",
    ),
    _cue("ubicacion", words=r"\bpuedo (?:ir|pasar|acercarme)\b|\b(?:son|estan) (?:de|en|aqui|aca)\b", absent="harm take",
         strength=86),
    _cue("ubicacion", words=r"\bdireccion de (?:la|el|los|ustedes|donde)\b|\bsu direccion\b"),
)

_SHIPPING = (
    _cue("precio", words=r"\b(?:con|mas|incluid\w|incluye) (?:el |todo y |ya el )?(?:envio|domicilio|flete)\b",
         absent="time", concepts="cost"),
    _cue("envio", "freight", absent="effect harm inside take"),
    _cue("envio", "ship", absent="effect harm inside take person buy legal jar", strength=87),
    _cue("envio", "ship time", absent="effect harm take legal", strength=87),
    _cue("envio", words=r"\bllegan? (?:a|hasta|al|por)\b|\benvian? (?:a|hasta|al|por)\b|\bhacen envio", absent="effect"),
)

_PRODUCT = (
    _cue("como_se_toma", "dose", absent="harm price inside"),
    _cue("contraindicaciones", "harm", absent="promo howmuch freight", strength=89),
    _cue("contraindicaciones", "harm take", strength=89),
    _cue(
        "contraindicaciones",
        words=r"^(?:yo )?(?:pero )?(?:si )?(?:yo )?(?:ya )?(?:estoy tomando|tomo) (?!uno?\b|una\b|dos\b|cuant|mas\b)"
        r"|\b(?:puede[ns]?|podria) (?:tomar\w*|consumir\w*|usar\w*) (?:mi|una?|los|las|cualquier|alguien|todo)"
        r"|\b(?:mi|una?|los|las|cualquier) \w+(?: de \d+ anos)?(?: \w+)?(?: lo| la)? (?:puede[ns]?|podria)"
        r" (?:tomar|consum|usar)|\bquien(?:es)? (?:no )?(?:lo )?puede|\b(?:es|son|tan) segur[oa]s?\b",
        absent="pay",
        strength=86,
    ),
    _cue("invima", "legal", absent="pay effect price howmuch"),
    _cue("invima", words=r"\binvima\b|\bregistro\b|\bsanitario\b", strength=90),
    _cue("sisirve", words=r"\b(?:en cuant\w+|cuant\w+|cuando|que tan rapido|en que tiempo)\b.{0,25}\b(?:efecto|funcion"
         r"|resultad|efectos|nota|cambio|mejor)", absent="harm pay"),
    _cue("contenido_envase", "howmuch pills", absent="take price effect when", strength=89),
    _cue("contenido_envase", "howmuch inside", absent="take price", strength=87),
    _cue("contenido_envase", "howmuch lasts", absent="ship effect take", strength=86),
    _cue("contenido_envase", "lasts jar", absent="ship"),
    _cue("contenido_envase", "howmuch holds", absent="take price effect ship pay harm buy", strength=86),
    _cue("contenido_envase", words=r"\bque (?:es lo que )?(?:trae|contiene|viene|lleva|tiene|incluye)\b"
         r"|\bde que (?:esta|es|se) (?:hech|compuest|compon|fabric)", absent="price effect harm legal promo pay info"),
    _cue("como_se_toma", words=r"\b(?:antes|despues)\b.{0,12}\b(?:com\w+|acost\w+|dorm\w+|cena\w*|desayun\w+)\b", absent="pay ship"),
    _cue("como_se_toma", "take how", absent="price pay", strength=89),
    _cue("como_se_toma", "take when", absent="price pay"),
    _cue("como_se_toma", "take howmuch", absent="price pay", strength=87),
    _cue("contenido_envase", "inside", absent="take price effect pay"),
    _cue("contenido_envase", "pills jar", absent="take price effect pay", strength=85),
    _cue("sisirve", "effect", absent="pay take ship where howmuch promo buy cost person", strength=86),
    _cue("sisirve", "serves", absent="pay person", strength=86),
    _cue("como_se_toma", "take", absent="price pay effect legal buy", strength=85),
    _cue("contenido_envase", "inside", absent="price pay", strength=80),
)

_PRICE = (
    _cue("precio", "howmuch price", absent="many", strength=90),
    _cue("precio", "cost", absent="many freight promo", strength=89),
    _cue("precio", "price howmuch", strength=87),
    _cue("precio", words=r"\b(?:a|en) (?:como|cuanto)\b", absent="ship time effect harm take inside receive"),
    _cue("precio", words=r"\bcuanto (?:es|seria|por|queda|dinero|toca)\b|^(?:y )?(?:pero )?cuanto$",
         absent="ship take inside effect many"),
)

_BUYING = (
    _cue(
        "captura_datos_si_compra",
        words=r"\b(?:lo|la|los|si) (?:quiero|deseo|compro|pido|llevo|encargo|ordeno)\b(?! (?:saber|preguntar|ver))"
        r"|\bme (?:lo|la) (?:llevo|quedo|envia\w*|manda\w*|despacha\w*)|\b(?:mand|envi|despach)[ae]n?me?lo\b"
        r"|\b(?:tom|anot|apunt|agend|separ|hag)[ae]n?me\b|\bque datos\b|\b(?:doy|paso|mando|envio) (?:mis |los )datos"
        r"|\bcomo (?:hago|hacemos|puedo|se hace|seria|lo|la|es|para)\b.{0,22}\b(?:compr\w+|pid\w+|ped\w+|adqui\w+|obten\w+"
        r"|orden\w+|consig\w+|encarg\w+)",
        absent="where pay complaint whence",
        strength=88,
    ),
    _cue("captura_datos_si_compra", "want buy", absent="howmuch price where pay complaint promo pack info whence", strength=88),
    _cue("captura_datos_si_compra", words=r"\b(?:quiero|quisiera|deseo|necesito|regal[ae]me|me interesa|voy por) (?:ya )?"
         r"(?:el|un|mi|ese|este|la|los|una) (?:producto|elixir|frasc\w+|tarr\w+|melatonina|pedido|compra)\b",
         absent="howmuch price complaint", strength=87),
    _cue("captura_datos_si_compra", "buy", absent="howmuch price where pay complaint promo pack info whence effect harm",
         strength=76),
    _cue("precio", "info", absent="where pay ship promo legal take inside effect harm", strength=85),
    _cue("captura_datos_si_compra", words=r"\b(?:me|estoy) (?:interesa|interesad[oa]|animo|gusta)\b",
         absent="howmuch price info", strength=76),
)

CUES: tuple[Cue, ...] = (
    *_GUARANTEE, *_PEOPLE, *_ELSEWHERE, *_LEAVING, *_ORDERING, *_CONFIRMING, *_PACKS, *_PAYING, *_PLACE, *_SHIPPING, *_PRODUCT, *_PRICE, *_BUYING,
)  # fmt: skip
