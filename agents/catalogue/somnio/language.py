"""How Somnio's customers talk: greetings, packs, a yes and a no in each mode of a sale."""

from __future__ import annotations

import re

from agents.engine.values import Alternative
from agents.llm.embedded.language import NOTHING, AgentLanguage, Heard, Ruling

from .concepts import CONCEPTS, NOISE
from .cues import CUES
from .examples import EXAMPLES
from .names import ordinary_words
from .packs import chosen_pack
from .reading import read

ASKING = frozenset({"collecting_data"})
CHOOSING = frozenset({"ofrecer_promos", "pedido_sinpack"})
CONFIRMING = frozenset({"resumen", "pedido_pendiente"})

COMBINABLE = frozenset(
    [
        "precio",
        "como_se_toma",
        "envio",
        "modopago",
        "ubicacion",
        "contenido_envase",
        "invima",
        "contraindicaciones",
        "sisirve",
        "info_promociones",
        "captura_datos_si_compra",
    ]
)

_HELLO = (
    r"hola|ola|holas|hey|hi|hello|alo|buenas?|buenos|buen|muy buen[oa]s|dias?|tardes?|noches?"
    r"|saludos?"
    r"|cordial|feliz|bendecid[oa]|lindo|bonito|excelente|quiubo|quihubo|q hubo|que hubo|que mas"
    r"|que tal"
    r"|muy|q tal|por (?:alla|aca|ahi|alli)"
    r"|como (?:estas?|estan|le va|les va|te va|vas|van|amanecio|amanecieron|ha estado"
    r"|han estado)"
    r"|esta usted|que hay|un saludo|epa|ey|hols|hila"
)
_VOCATIVE = (
    r"senor(?:ita|a|es|as)?|sr|sra|srta|dona|don|doctora?|amig[oa]s?|carolina|caro|somnio"
    r"|vecin[oa]|mi amor|mi vida"
    r"|reina|linda|parce|parcero|parcera|veci|jefe|jefa|mona|mija|nena|hermosa|todos|pues|y"
    r"|a todos|"
    r"disculpe(?:n)?(?: la (?:hora|molestia))?|perdon|ahi|de nuevo|otra vez|bb|bella|corazon"
    r"|ustedes|equipo|dios"
    r"|les? (?:bendiga|saluda)"
)
GREETING = re.compile(rf"^(?:(?:{_HELLO})\b\s*(?:(?:{_HELLO}|{_VOCATIVE})\b\s*)*)")

_YES = (
    r"si|sip|sep|sii|sisas|claro|dale|listo|lista|hagale|hagamosle|hagamolo|de una|deuna|de one"
    r"|ok|vale|bueno|correcto"
    r"|perfecto|por supuesto|obvio|obviamente|exacto|eso|esta bien|me parece|me parece bien"
    r"|super|excelente|genial"
    r"|de acuerdo|esta (?:perfecto|excelente|correcto)"
    r"|confirmo|confirmado|confirmada|asi es|acepto|afirmativo|adelante|va|vamos"
    r"|vamos pues|simon|sis"
    r"|desde luego|con gusto|me gusta|quiero|si quiero|lo quiero|si quisiera|me interesa"
    r"|si me interesa|deseo|si deseo"
    r"|me gustaria|si me gustaria|cuenta con eso|todo bien|todo correcto|esta correcto|bien"
    r"|positivo|seguro|okay"
    r"|hagamos|mandelo|mandalo|enviemelo|mandemelo|envielo|enviemela|envialo|despachelo"
    r"|despachalo|despachemelo"
    r"|puede enviarlo|pueden enviarlo|pueden mandarlo|pueden despacharlo|hagan el envio"
    r"|procedan|proceda|de hecho"
    r"|cierto|tal cual|eso es|quedo atent[oa]|confirmadisimo|si confirmo"
)
_NO = (
    r"no|ya no|nop|nel|nones|no no|mejor no|todavia no|aun no|no por ahora|por ahora no|ahora no"
    r"|ahorita no|hoy no|para nada"
    r"|negativo|no señor|no senor|no senora|no creo|paso|nada|ninguno|ninguna|no se"
    r"|no estoy segur[oa]|lo pienso"
    r"|dejame pensarlo|dejeme pensarlo|lo voy a pensar|despues|luego|mas tarde|otro dia"
    r"|mejor despues|que pena"
    r"|no gracias|no muchas gracias|no mil gracias|no quiero|no deseo|no lo quiero"
    r"|no por el momento|no todavia"
    r"|no confirmo|(?:esper[ae](?:me)? )?un (?:moment\w*|segund\w*|minut\w*)"
    r"|espere|espera|cancelar|cancele|cancela"
)
_POLITE = (
    r"por favor|gracias|muchas gracias|mil gracias|muchisimas gracias|senor(?:ita|a)?|carolina"
    r"|amiga|amigo|pues|ya|mi amor"
    r"|que|y|muy amable|amable|jaja|ah|ay|uy|oh|todo|entonces|dios|bendiciones|linda|mi reina"
    r"|parce|veci|asi|esta"
    r"|senores|vecina|tambien|bien"
)
_HEARD = (
    r"(?:ya |ahorita |ahora |enseguida |en un momento )(?:te |le |les |los |se |se los "
    r"|te los )*(?:mando|envio|paso|escribo|digo|doy|regalo|voy)(?: los| mis)?(?: datos)?"
    r"|(?:regal[ae]me |dem?e |dame |esper[ae](?:me)? )?un (?:momento|segundo|minuto|rato)"
    r"|(?:regal[ae]me |dem?e |dame |esper[ae](?:me)? )?un (?:moment|segund|minut|rat)i[tc]o"
    r"|que pena|claro que si"
    r"|feliz (?:dia|tarde|noche)|lindo dia|hasta luego|nos vemos|quedo (?:atent[oa]|pendiente"
    r"|a la espera)|estoy pendiente|con (?:mucho )?gusto"
    r"|a la orden|no hay problema|no se preocupe|que (?:bueno|bien)|de nada|de una"
    r"|por (?:supuesto|favor)|todo bien"
    r"|dios (?:lo|la|le|los|te|les)? ?(?:bendiga|pague)"
    r"|(?:ahi|estos|esos|aqui) (?:estan|van|(?:te |le |les )?va"
    r"|son|te van|le van|le mando|te mando)"
    r"|eso es todo|muy amable|ok|vale|list[oa]|bueno|buenisimo|entiendo|entendido|perfecto"
    r"|gracias|muchas|mil|muchisimas"
    r"|jaja|jeje|jiji|aja|ajam|mm+|hm+|ah+|oh|uy|wow|si|sip|claro|dale|excelente|genial|super"
    r"|bien|amable|ya|esta|no"
    r"|bendiciones|amen|igualmente|chevere|bacano|va|eso|espera|espere|ahora|ahorita|enseguida"
    r"|chao|adios|bye"
    r"|senor(?:ita|a|es)?|amig[oa]|carolina|pendiente|tranquil[oa]|obvio|y|pues|tan"
    r"|linda|muy|mucho|todos|ay|ahi"
)
_CARRIES = (
    r"esto|estos|esos|es|son|mi|mis|el|la|de|para|este|aqui|datos?|los|van|estan|a|nombre|con"
    r"|en|soy|vivo|del|lo|las|que"
    r"|me|te|le|favor|queda|seria|siguientes|aca|por|un|una|su|estoy|envi[eao](?:lo|melo|rlo)?"
    r"|mand[ea](?:lo|melo|rlo)?|direccion|ciudad|barrio"
    r"|correo|telefono|celular|numero|llego|vive|vivimos|otro|tambien|electronico|completo"
    r"|apellido|departamento|yo|se|llamo"
    r"|escribo|desde|hablas?|saluda|whatsapp|municipio|residencia|entrega|envio|casa"
    r"|apartamento|completa|pong[ae]n?(?:le)?|anot[ae](?:n|lo)?|hij[oa]|espos[oa]|mam[ai]|pap[ai]"
    r"|herman[oa]"
)
ACKNOWLEDGEMENT = re.compile(rf"(?>(?>{_HEARD})(?:\s+|$))+")
"""Each word or phrase is taken whole, the longer first, so that a long text costs no more."""
FILLER = re.compile(rf"(?>(?>{_HEARD}|{_CARRIES})(?:\s+|$))+")

_SHORT = 80
"""Characters up to which plain words can be a bare yes or no."""

_AGREES = re.compile(rf"(?:(?:{_YES})(?:\s+|$))(?:(?:{_YES}|{_POLITE})(?:\s+|$))*")
_REFUSES = re.compile(rf"(?:(?:{_NO})(?:\s+|$))(?:(?:{_NO}|{_POLITE})(?:\s+|$))*")
_THANKS = re.compile(
    r"(?:(?:ok|bueno|listo|muchas|mil|muchisimas|gracias|muy|amable|jaja|jeje|ah"
    r"|igualmente)(?:\s+|$))+"
)
_OFFER = re.compile(
    r"(?i)\b(?:adquirir|comprar|gustar[ií]a|deseas?|llevar|pedido|paquetes)\b[^?]*\?"
)
_THUMB = re.compile("[\U0001f44d\U0001f44c\u2705\u2714\U0001f64c\U0001f91d]")
_WANTS = re.compile(r"\b(?:quiero|deseo|interesa|gustaria|quisiera)\b")
_CONFIRM = re.compile(r"\bconfirm|\bcorrect")
_HESITATES = re.compile(
    r"\b(?:piens\w*|pens\w*|despues|luego|segur[oa]|todavia|aun|ahora|ahorita|espere?a?|momento"
    r"|tarde|dia|hoy|cancel\w*)\b"
)
_PERSON = re.compile(
    r"^(?:un |una |el |con un |con una )?(?:asesor[ae]?|human[oa]|persona|operador[ae]?"
    r"|vendedor[ae]?)"
    r"(?: por favor)?$"
)


def _asks_for_person(heard: Heard) -> Ruling | None:
    if _PERSON.match(heard.core):
        return Ruling(intent="fallback", confidence=95, reason="asks for a person")
    return None


def _confirms(heard: Heard) -> Ruling | None:
    """In front of the summary, a yes buys and a no waits."""
    if heard.question.state.mode not in CONFIRMING:
        return None
    if _is_yes(heard) and not (
        _THANKS.fullmatch(heard.core)
        and "ok" not in heard.core.split()
        and "listo" not in heard.core.split()
        and "bueno" not in heard.core.split()
    ):
        return Ruling(intent="compra_confirmada", confidence=94, reason="a yes to the summary")
    if _is_no(heard):
        return Ruling(intent="no_confirmado", confidence=92, reason="a no to the summary")
    return None


def _chooses(heard: Heard) -> Ruling | None:
    """A pack named anywhere, or pointed at while the packs are on the table."""
    mode = heard.question.state.mode
    return (
        None
        if mode in ASKING and heard.fields
        else chosen_pack(heard.core, offered=mode in CHOOSING | CONFIRMING)
    )


def _answers_packs(heard: Heard) -> Ruling | None:
    """While a pack is to be chosen, a bare yes does not say which, and a no declines."""
    if heard.question.state.mode not in CHOOSING or heard.fields:
        return None
    if _is_no(heard) and not _HESITATES.search(heard.core):
        return Ruling(intent="no_interesa", confidence=86, reason="a no to the packs")
    if _is_yes(heard) and not _THANKS.fullmatch(heard.core) and heard.core != "ok":
        packs = tuple(Alternative(intent=f"resumen_{n}x", confidence=33) for n in (1, 2, 3))
        return Ruling(
            intent="ofrecer_promos",
            confidence=55,
            alternatives=packs,
            reason="a yes, but to which pack",
        )
    return None


def _accepts_offer(heard: Heard) -> Ruling | None:
    """Early on, a bare yes answers whether the product is wanted, and a bare no declines it."""
    mode = heard.question.state.mode
    if mode != "conversacion" or heard.fields:
        return None
    sure = _was_offered(heard) or bool(_WANTS.search(heard.core))
    if _CONFIRM.search(heard.core) or (_is_no(heard) and _HESITATES.search(heard.core)):
        return None
    if _is_no(heard):
        return Ruling(
            intent="no_interesa", confidence=91 if sure else 86, reason="a no to the offer"
        )
    if _is_yes(heard) and not _THANKS.fullmatch(heard.core):
        if not sure and heard.core in {
            "ok",
            "bueno",
            "vale",
            "perfecto",
            "bien",
            "super",
            "excelente",
            "genial",
        }:
            return None
        return Ruling(
            intent="captura_datos_si_compra",
            confidence=93 if sure else 72,
            reason="a yes to the offer",
        )
    return None


def _thanks(heard: Heard) -> Ruling | None:
    if heard.core and not heard.fields and _THANKS.fullmatch(heard.core):
        return Ruling(intent=NOTHING, confidence=95, kind="irrelevante", reason="a thank-you")
    return None


def _is_yes(heard: Heard) -> bool:
    if heard.emoji:
        return bool(_THUMB.search(heard.question.text))
    return 0 < len(heard.core) <= _SHORT and _AGREES.fullmatch(heard.core) is not None


def _is_no(heard: Heard) -> bool:
    return 0 < len(heard.core) <= _SHORT and _REFUSES.fullmatch(heard.core) is not None


def _was_offered(heard: Heard) -> bool:
    """Tell whether the last thing said to the customer was an offer to buy."""
    said = [turn.text for turn in heard.question.history if turn.role != "customer"]
    if said:
        return any(_OFFER.search(text) for text in said[-4:])
    seen = heard.question.state.intents_seen
    return bool(seen) and (seen[-1].startswith("hola") or seen[-1] == "info_promociones")


LANGUAGE = AgentLanguage(
    examples=EXAMPLES,
    read=read,
    rules=(_asks_for_person, _confirms, _chooses, _answers_packs, _accepts_offer, _thanks),
    cues=CUES,
    greeting=GREETING,
    acknowledgement=ACKNOWLEDGEMENT,
    filler=FILLER,
    greeting_intent="hola",
    unknown_intent="fallback",
    combinable=COMBINABLE,
    asking_modes=ASKING,
    concepts=CONCEPTS,
    implied={
        ("resumen", "info_promociones"): "ofrecer_promos",
        ("resumen", "no_interesa"): "no_confirmado",
        ("ofrecer_promos", "info_promociones"): "ofrecer_promos",
    },
    noise=NOISE,
    ordinary=ordinary_words(),
)
