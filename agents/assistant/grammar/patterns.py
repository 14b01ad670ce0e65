"""The sentences the grammar knows, each with the kind of wish it is; the first that fits holds.

They are matched against flat text (lower case, no accents, no courtesies). What carries free text
of the member's (notes, tasks, messages) comes first, so that nothing is read into it.
"""

from __future__ import annotations

import re

_ITS = r"(?:(?:his|her|their|the|this|its|an?|su|el|la|este|esta|un|una|del|al)\s+)*"
_LAST = r"(?:(?:last|latest|newest|ultim[oa])\s+)?"
_ORDER = r"(?:order|sale|purchase|pedido|orden|compra|venta)"
_HIM = r"(?:him|her|them|it|this(?:\s+(?:contact|customer))?|the\s+(?:contact|customer))"
_FIELD = (
    r"(?:nombre|name|telefono|celular|numero|phone(?:\s+number)?|correo(?:\s+electronico)?|e-?mail|"
    r"direccion|address|ciudad|city|departamento|department)"
)
_ASK = (
    r"(?:(?:show|list|see|view|give|me|her|his|their|the|its|any|all|open|pending|how|many|what|which|"
    r"are|there|muestra\w*|lista\w*|ver|dame|dime|cuantos|cuantas|cuales|que|son|hay|sus|los|las|"
    r"ultim[oa]s|todos|todas|previous|past|anteriores)\s+)*"
)
_ASKED = (
    r"(?:\s+(?:pending|pendientes|abiert[oa]s))?"
    r"(?:\s+(?:tiene|tengo|hay|ha hecho|hizo|does|do|has|have|are|is)\b[^,;]{0,30})?"
)
_OF = r"(?:\s+(?:de|del|of|for|about|sobre)\s+(?P<who>.+?))?"
_WHICH = (
    rf"{_ITS}(?:(?P<last>last|latest|newest|ultim[oa])\s+)?"
    rf"(?:{_ORDER}\s*(?P<order>#\w+)?|(?P<number>#\w+))"
)
_WHOSE = r"(?:\s+(?:de|del|of|for|para)\s+(?P<who>.+?))"

_SOURCES: list[tuple[str, str]] = [
    ("help", r"(?:help|ayuda|ayudame|que (?:puedes|sabes) hacer|what can you do|opciones|menu)"),
    ("note", r"(?:(?:agrega|anade|escribe|deja|crea|haz|pon|toma)\w*\s+(?:una\s+)?nota"
             r"|(?:add|make|write|leave|take)\s+(?:a\s+)?note|nota|anota\w*|apunta\w*|note)\b"
             r"(?:\s+(?:para|de|a|sobre|for|about|on)\s+(?P<who>[^:]{1,80}?)\s*:|\s*:|\s+que\b"
             r"|\s+that\b|,)?\s*(?P<text>.+)"),
    ("finish", r"(?:completa|termina|cierra|marca|complete|finish|close|mark)\w*\s+"
               r"(?:la\s+|the\s+)?(?:tarea|task)\b\s*(?:de\s+|:\s*)?(?P<title>.*?)"
               r"(?:\s*(?:as|como)\s+(?:done|complete[d]?|hecha|completa(?:da)?|lista))?"),
    ("task", r"(?:(?:crea|agrega|pon|anade|haz)\w*\s+(?:una\s+)?(?:tarea|recordatorio)"
             r"|(?:add|create|make|set)\s+(?:an?\s+)?(?:task|reminder)|new\s+task|nueva\s+tarea"
             r"|tarea|task|recuerdame|recordarme|recordatorio|remind\s+me|reminder)\b"
             r"\s*(?P<text>.*)"),
    ("send", rf"(?:dile|tell)\b(?:\s+{_HIM})?(?:\s*:|\s+que\b|\s+that\b|,)?\s+(?P<text>.+)"),
    ("send", r"(?:escribe(?:le)?|manda(?:le)?|envia(?:le)?|responde(?:le)?|contesta(?:le)?"
             rf"|write(?:\s+to)?|send|message|reply(?:\s+to)?)\b(?:\s+{_HIM})?(?:\s+(?:un\s+mensaje|a\s+message))?"
             r"(?:\s*:|\s+que\b|\s+that\b)\s*(?P<text>.+)"),
    ("untag", r"(?:remove|take\s+off|delete|drop|quita|borra|elimina|saca)\w*\s+"
              r"(?:(?:the|his|her|their|la|el|su)\s+)?(?:tag|etiqueta)\s+(?:de\s+)?(?P<tag>.+?)"
              r"(?:\s+(?:from|a|al|del|off)\s+(?P<who>.+))?"),
    ("untag", r"(?:remove|take\s+off)\s+(?:the\s+)?(?P<tag>.+?)\s+tag(?:\s+from\s+(?P<who>.+))?"),
    ("untag", rf"untag\s+(?:{_HIM}\s+)?(?:as\s+)?(?P<tag>.+)"),
    ("tag", r"(?:add|put|give|pon|agrega|anade|asigna|da)\w*\s+"
            r"(?:(?:him|her|them|the|a|la|el|una)\s+)*(?:tag|etiqueta)\s+(?:de\s+)?(?P<tag>.+?)(?:\s+(?:to|on|a|al)\s+(?P<who>.+))?"),
    ("tag", rf"tag\s+{_HIM}\s+(?:(?:as|with)\s+)?(?P<tag>.+)"),
    ("tag", r"tag\s+(?P<who>.+?)\s+(?:as|with)\s+(?P<tag>.+)"),
    ("tag", r"etiqueta(?:la|lo|le|r|rla|rlo)?\s+(?P<who>(?:a\s+|el\s+|su\s+|al\s+).+?)\s+"
            r"(?:como|con)\s+(?P<tag>.+)"),
    ("tag", r"etiqueta(?:la|lo|le|r|rla|rlo)?\s+(?P<who>a\s+.+)\s+(?P<tag>\S+)"),
    ("tag", r"etiqueta(?:la|lo|le|r|rla|rlo)\s+(?:(?:como|con|de)\s+)?(?P<tag>.+)"),
    ("tag", r"tag\s+(?P<who>.+)\s+(?P<tag>\S+)"),
    ("track", r"(?:(?:la|su|pon|ponle|agrega|agregale|the|his|her|set|add)\s+)*(?:numero\s+de\s+)?"
              r"(?:guia|tracking(?:\s+number)?)\s*(?:del?\s+pedido|(?:for|of)\s+the\s+order)?\s*"
              r"(?:es|is|:|to)?\s*(?P<number>[\w-]*\d[\w-]{3,})"
              r"(?:\s*,?\s*(?:de|con|por|with|by|from)?\s*(?P<carrier>[a-z].+))?"),
    ("field", rf"(?:cambia|actualiza|corrige|pon|modifica|change|update|set|correct)\w*\s+{_ITS}"
              rf"(?P<field>{_FIELD}){_WHOSE}?\s*(?:\s(?:a|por|to|as|en|es|is)\s|:)\s*(?P<value>.+)"),
    ("field", rf"(?:su|his|her|their|the|el|la)\s+(?:nuev[oa]\s+|new\s+)?(?P<field>{_FIELD})\s+"
              r"(?:ahora\s+es|now\s+is|is\s+now|es|is)\s+(?P<value>.+)"),
    ("lose", rf"(?:cancela|cancel)\w*\s+{_WHICH}{_WHOSE}?"),
    ("delete", r"(?:borra|elimina|delete|remove|erase)\w*\s+(?P<all>(?:tod[oa]s|all|every)\b.*)"),
    ("delete", rf"(?:borra|elimina|delete|remove|erase)\w*\s+{_ITS}{_LAST}"
               rf"(?P<what>contacto|contact|nota|note){_WHOSE}?"),
    ("delete", rf"(?:borra|elimina|delete|remove|erase)\w*\s+{_WHICH}{_WHOSE}?"),
    ("move", r"(?:mueve|mover|muev[ae]|pasa|pon|cambia|marca|deja|move|put|set|mark|change)\w*\s+"
             rf"{_WHICH}{_WHOSE}?\s+"
             r"(?:a|al|en|como|to|as|into|in)\s+(?:(?:the|la|el)\s+)?(?:(?:etapa|estado|stage)\s+)?"
             r"(?:de\s+)?(?P<stage>.+?)(?:\s+stage)?"),
    ("move", rf"(?:move|put|set|mark)\s+(?P<who>.+?)(?:'s|’s)\s+{_LAST}{_ORDER}\s*(?P<order>#\w+)?"
             r"\s+(?:to|as|into|in)\s+(?:the\s+)?(?:stage\s+)?(?P<stage>.+?)(?:\s+stage)?"),
    ("move", r"(?:muevelo|pasalo|ponlo|marcalo|muevela|pasala|ponla|marcala|(?:move|put|mark)\s+it)"
             r"\s+(?:a|al|en|como|to|as|in|into)\s+(?:(?:the|la|el)\s+)?(?P<stage>.+)"),
    ("close", r"(?:cierra|archiva|close|archive)\w*\s+(?:(?:la|esta|el|este|the|this)\s+)?"
              r"(?:conversacion|chat|conversation)"),
    ("reopen", r"(?:reabre|abre|reopen|open)\w*\s+(?:(?:la|esta|el|este|the|this)\s+)?"
               r"(?:conversacion|chat|conversation)(?:\s+again)?"),
    ("assign", r"(?:asigna\w*|assign)\s+(?:(?:it|this|la|el|lo|esta|the)\s+)?"
               r"(?:(?:conversacion|conversation|chat)\s+)?(?:a|to)\s+(?P<member>.+)"),
    ("sell", r"(?:crea|haz|registra|arma|create|make|add|new|nuevo)\w*\s+"
             r"(?:(?:un|una|an?|el|the|nuevo|nueva|new)\s+)*(?:order|pedido|orden)\s*"
             r"(?:(?:de|con|of|with|for|:)\s+)?(?P<product>.*)"),
    ("spent", rf"(?:cuanto|how much)\b.*?\b(?:gast\w+|spen[td]\w*|comprado|compra|bought|buy)\b"
              rf"{_WHOSE}?"),
    ("status", r"(?:en que (?:va|etapa|estado)|donde (?:va|esta)|where(?:'s| is)|(?:que )?estado\b"
               r"|(?:what(?:'s| is) )?(?:the )?status)\b.*?"
               rf"(?:{_ORDER}\b\s*(?P<order>#\w+)?{_WHOSE}?)?"),
    ("bought", r"(?:what|which)\b.*?\bdid\s+(?P<who>.+?)\s+(?:buy|order|purchase|get)\b.*"),
    ("bought", r"(?:que)\s+(?:fue lo que\s+)?(?:compro|pidio|ordeno|llevo)\b\s*(?P<who>.*?)"
               r"(?:\s*\b(?:la\s+)?(?:ultima\s+vez|antes))?"),
    ("bought", rf"(?:(?:cual|what|which|show|muestra\w*|dame)\b.*?)?{_ITS}"
               rf"(?:last|latest|ultim[oa])\s+{_ORDER}{_WHOSE}?"),
    ("orders", rf"{_ASK}(?:orders|purchases|pedidos|ordenes|compras){_ASKED}{_OF}"),
    ("tell", rf"(?:cual es|cuales son|que|dime|dame|what(?:'s| is| are)|whats|tell me|give me)\s+"
             rf"{_ITS}(?P<field>{_FIELD}){_WHOSE}?"),
    ("tags", rf"{_ASK}(?:etiquetas|tags){_ASKED}{_OF}"),
    ("notes", rf"{_ASK}(?:notas|notes){_ASKED}{_OF}"),
    ("tasks", rf"{_ASK}(?:tareas|pendientes?|tasks|to-?dos?){_ASKED}{_OF}"),
    ("find", r"(?:busca|encuentra|find|search(?:\s+for)?|look\s+up|look\s+for)\w*\s+(?:a\s+|al\s+)?"
             r"(?:(?:el|la|the|un|una|an?)\s+)?(?:(?:contacto|cliente|contact|customer)\s+)?(?P<who>.+)"),
    ("who", r"(?:quien es|who(?:'s| is))\s*(?P<who>.*)"),
    ("who", r"(?:(?:dame|muestra(?:me)?|show(?: me)?|give me)\s+)?"
            r"(?:(?:sus|los|las|his|her|their|the)\s+)?(?:datos|informacion|info|details|data)\b"
            r"(?:\s+(?:de|del|of|for|about)\s+(?P<who>.+?))?"),
]  # fmt: skip

PATTERNS = [(kind, re.compile(source)) for kind, source in _SOURCES]
