"""Signs of questions around the sale: packs, payment, place, shipping, price."""

from __future__ import annotations

from .signs import sign

PACKS = (
    sign("ofrecer_promos", "show promo", absent="price howmuch pay cod", strength=86),
    sign("ofrecer_promos", "show pack", absent="price howmuch pay cod", strength=86),
    sign(
        "info_promociones",
        "many",
        words=r"\b(?:a|en) (?:como|cuanto)\b.{0,25}\b(?:dos|tres|2|3|varios|cuatro|4)\b",
    ),
    sign(
        "info_promociones",
        words=r"\b(?:alguna|una) (?:atencion|rebajita|napa)\b|\b(?:precio"
        r"|algo) (?:muy )?especial\b",
    ),
    sign("info_promociones", "pack", absent="pay inside take ship", strength=85),
    sign("info_promociones", "promo", absent="pay inside take freight effect harm where"),
    sign(
        "info_promociones", "howmuch many", absent="ship take inside effect harm pills time lasts"
    ),
    sign(
        "info_promociones", "cost many", absent="ship take inside effect harm freight", strength=85
    ),
    sign(
        "info_promociones",
        words=r"\bsi (?:\w+ )?(?:llevo|compro|pido|quiero|llevara|comprara) (?:(?:los|las|unos"
        r"|unas|como|de a) )*"
        r"(?:dos|tres|cuatro|cinco|2|3|varios|varias|mas|\d+)\b",
        absent="effect harm ship",
    ),
)

PAYING = (
    sign(
        "modopago2",
        words=r"\b(?:da|doy|entrego|dar|paso|dan)\b.{0,12}\b(?:plata|dinero|efectivo)\b.{0,30}"
        r"\b(?:trae|traiga|lleg\w+|entreg\w+|mensajer\w|domicili\w+)\b",
    ),
    sign("modopago2", "cod", absent="harm"),
    sign("envio", "freight pay", absent="cod method", strength=86),
    sign("metodos_de_pago", "method cash", absent="cod harm legal", strength=90),
    sign("metodos_de_pago", "method", absent="cod harm effect legal"),
    sign("metodos_de_pago", "ways pay", absent="cod"),
    sign("metodos_de_pago", words=r"\b(?:reciben|aceptan|manejan|solo) (?:en )?efectivo\b"),
    sign(
        "metodos_de_pago",
        words=r"\b(?:con que|por donde|por que medio|a donde)\b.{0,15}\b(?:pag|consign|cancel)",
    ),
    sign(
        "modopago2",
        "pay",
        words=r"\b(?:al|a la) (?:que|persona|senor|muchacho|joven)\b",
        absent="howmuch method",
    ),
    sign("modopago2", "pay receive", absent="howmuch method"),
    sign("modopago2", "cash pay", absent="ways"),
    sign("precio", "howmuch pay", absent="ship promo many receive harm", strength=86),
    sign("modopago", "pay", absent="howmuch ship harm effect complaint price inside take"),
    sign("modopago", "pay how", absent="howmuch harm inside take"),
)

PLACE = (
    sign(
        "ubicacion",
        words=r"\b(?:de|desde) (?:donde|que (?:ciudad|parte|lugar|sitio))\b",
        absent="pay",
    ),
    sign(
        "ubicacion",
        words=r"\b(?:en )?que (?:ciudad|parte|lugar|sitio) (?:estan|son|se|quedan|queda|atienden)",
    ),
    sign("ubicacion", "where", absent="pay take inside freight effect price"),
    sign("ubicacion", "where buy", absent="pay take"),
    sign(
        "ubicacion",
        words=r"\bdonde\b.{0,25}\b(?:compr\w+|consig\w+|venden|adquier\w+|estan|son|queda\w*"
        r"|encuentr\w+"
        r"|funcionan|atienden|es|tienen|hay|ir|ubic\w+|recoj\w+|recog\w+|busco|puedo ir)\b",
        absent="pay",
    ),
    sign(
        "ubicacion",
        words=r"\bpuedo (?:ir|pasar|acercarme)\b|\b(?:son|estan) (?:de|en|aqui|aca)\b",
        absent="harm take howmuch",
        strength=86,
    ),
    sign("ubicacion", words=r"\bdireccion de (?:la|el|los|ustedes|donde)\b|\bsu direccion\b"),
)

SHIPPING = (
    sign(
        "precio",
        words=r"\b(?:con|mas|incluid\w|incluye) (?:el |todo y |ya el )?(?:envio|domicilio|flete)\b",
        absent="time",
        concepts="cost",
    ),
    sign(
        "precio",
        "howmuch",
        words=r"\b(?:en|el|seria|queda|da) total\b|\btotal (?:a pagar|con)\b",
        absent="time inside take many pills jar lasts",
        strength=96,
    ),
    sign("envio", "freight", absent="effect harm inside take"),
    sign("envio", "ship", absent="effect harm inside take person buy legal jar", strength=87),
    sign("envio", "ship time", absent="effect harm take legal", strength=87),
    sign(
        "envio",
        words=r"\bcuantos? (?:dias?|tiempo)\b",
        absent="effect harm take inside lasts pay",
        strength=82,
    ),
    sign(
        "envio",
        words=r"\bllegan? (?:a|hasta|al|por)\b|\benvian? (?:a|hasta|al|por)\b|\bhacen envio",
        absent="effect",
    ),
)

PRICE = (
    sign("precio", "howmuch price", absent="many", strength=90),
    sign("precio", "cost", absent="many freight promo", strength=89),
    sign("precio", "price howmuch", strength=87),
    sign(
        "precio",
        words=r"\b(?:a|en) (?:como|cuanto)\b",
        absent="ship time effect harm take inside receive",
    ),
    sign(
        "precio",
        words=r"\bcuanto (?:es|seria|por|queda|dinero|toca)\b|^(?:y )?(?:pero )?cuanto$",
        absent="ship take inside effect many",
    ),
)
