"""Signs of questions about the product."""

from __future__ import annotations

from .signs import sign

PRODUCT = (
    sign("como_se_toma", words=r"\b(?:al|por|cada) (?:dia|noche)\b", absent="pay ship harm effect"),
    sign("sisirve", words=r"\b(?:es|tan|sera) buen[oa]\b", absent="pay harm", strength=86),
    sign("sisirve", words=r"\b(?:testimoni|comentari|opinion|resena)\w*", absent="pay"),
    sign("como_se_toma", words=r"\bmodo de empleo\b|\bmodo de uso\b"),
    sign(
        "contraindicaciones",
        words=r"\bque pasa(?:ria)? si (?:me )?(?:lo )?tom|\bquien(?:es)? no\b.{0,14}\b(?:tom"
        r"|consum|us)",
        absent="pay",
    ),
    sign("como_se_toma", words=r"\bestomago (?:vacio|lleno)\b|\b(?:en|estando) ayunas\b"),
    sign(
        "contraindicaciones",
        words=r"\bcon (?:otr[ao]s? |mis? |las? |los? )*(?:medicament\w*|medicina\w*|alcohol|licor"
        r"|cerveza\w*|trago\w*|anticoncept\w*|antidepres\w*|pastas? (?:de|para)"
        r"|pastillas? (?:de|para|anti)\w*)",
        absent="pay price",
        strength=90,
    ),
    sign("como_se_toma", "dose", absent="harm price inside"),
    sign("contraindicaciones", "harm", absent="promo howmuch freight", strength=89),
    sign("contraindicaciones", "harm take", strength=89),
    sign(
        "contraindicaciones",
        words=r"^(?:yo )?(?:pero )?(?:si )?(?:yo )?(?:ya )?(?:estoy tomando|tomo) (?!uno?\b"
        r"|una\b|dos\b|cuant|mas\b)"
        r"|\b(?:puede[ns]?|podria) (?:tomar\w*|consumir\w*|usar\w*) (?:mi|una?|los|las"
        r"|cualquier|alguien|todo)"
        r"|\b(?:mi|una?|los|las|cualquier) \w+(?: de \d+ anos)?(?: \w+)?(?: lo"
        r"| la)? (?:puede[ns]?|podria)"
        r" (?:tomar|consum|usar)|\bquien(?:es)? (?:no )?(?:lo )?puede|\b(?:es|son"
        r"|tan) segur[oa]s?\b",
        absent="pay",
        strength=86,
    ),
    sign(
        "contraindicaciones",
        words=r"\bal (?:otro dia|dia siguiente|siguiente dia)\b",
        absent="ship pay",
        strength=89,
    ),
    sign(
        "contraindicaciones",
        words=r"\b(?:da|dan|produce\w*|genera\w*|causa\w*|provoca\w*|deja\w*)\b.{0,16}"
        r"\b(?:somnolencia|mareo\w*|nausea\w*|gastritis|acidez|alergia\w*|resaca"
        r"|sueno (?:en|durante|por) (?:el dia|la manana))\b",
        strength=93,
    ),
    sign("invima", "legal", absent="pay effect price howmuch"),
    sign("invima", words=r"\binvima\b|\bregistro\b|\bsanitario\b", strength=90),
    sign("contenido_envase", "howmuch pills", absent="take price effect when", strength=89),
    sign("contenido_envase", "howmuch inside", absent="take price", strength=87),
    sign("contenido_envase", "howmuch lasts", absent="ship effect take", strength=86),
    sign("contenido_envase", "lasts jar", absent="ship"),
    sign(
        "contenido_envase",
        "howmuch holds",
        words=r"^(?!.*\b(?:a|en) cuanto\b)",
        absent="take price effect ship pay harm buy",
        strength=86,
    ),
    sign(
        "contenido_envase",
        words=r"\bque (?:es lo que )?(?:trae|contiene|viene|lleva|tiene|incluye)\b"
        r"|\bde que (?:esta|es|se) (?:h?ech|compuest|compon|fabric)",
        absent="price effect harm legal promo pay info",
    ),
    sign(
        "como_se_toma",
        words=r"\b(?:antes|despues)\b.{0,12}\b(?:com\w+|acost\w+|dorm\w+|cena\w*|desayun\w+)\b",
        absent="pay ship",
    ),
    sign("como_se_toma", "take how", absent="price pay", strength=89),
    sign("como_se_toma", "take when", absent="price pay"),
    sign("como_se_toma", "take howmuch", absent="price pay", strength=87),
    sign("contenido_envase", "inside", absent="take price effect pay"),
    sign("contenido_envase", "pills jar", absent="take price effect pay", strength=85),
    sign(
        "sisirve", "effect", absent="pay take ship where howmuch promo buy cost person", strength=86
    ),
    sign("sisirve", "serves", absent="pay person", strength=86),
    sign("como_se_toma", "take", absent="price pay effect legal buy", strength=85),
    sign("contenido_envase", "inside", absent="price pay", strength=80),
)
