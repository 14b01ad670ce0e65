"""Cities and departments of Colombia, and where customers say they live.

The table (`municipalities.txt`) and all names that come out of it are without accents, so that
one city is always written one way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from agents.llm.embedded.spelling import fold, one_letter_off

from .page import Clause, Page, titled, trimmed

CORRECTIONS: Mapping[str, str] = {
    "bta": "Bogota", "bogta": "Bogota", "bgta": "Bogota", "bogot": "Bogota", "bog": "Bogota",
    "bogota dc": "Bogota", "bogota d c": "Bogota", "santafe de bogota": "Bogota",
    "santa fe de bogota": "Bogota", "bogotacity": "Bogota", "mede": "Medellin",
    "mdlln": "Medellin", "mdll": "Medellin", "medallo": "Medellin", "medellin antioquia": "Medellin",
    "bquilla": "Barranquilla", "b quilla": "Barranquilla", "bquila": "Barranquilla",
    "quilla": "Barranquilla", "ctg": "Cartagena", "ctgena": "Cartagena",
    "cartagena de indias": "Cartagena", "bga": "Bucaramanga", "bmanga": "Bucaramanga",
    "b manga": "Bucaramanga", "bucara": "Bucaramanga", "villavo": "Villavicencio",
    "vcio": "Villavicencio", "sta marta": "Santa Marta", "stamarta": "Santa Marta",
    "san juan de pasto": "Pasto", "mzles": "Manizales", "ibage": "Ibague", "fusa": "Fusagasuga",
    "faca": "Facatativa", "zipa": "Zipaquira", "barranca": "Barrancabermeja",
    "santiago de cali": "Cali", "san jose de cucuta": "Cucuta", "rio negro": "Rionegro",
    "san andres islas": "San Andres", "san andres isla": "San Andres", "retiro": "El Retiro",
    "santuario antioquia": "El Santuario", "carmen de viboral": "El Carmen de Viboral",
    "santa rosa cabal": "Santa Rosa de Cabal", "quilichao": "Santander de Quilichao",
    "villa de leiva": "Villa de Leyva", "puerto inirida": "Inirida", "carmen de bolivar":
    "El Carmen de Bolivar", "guadalajara de buga": "Buga", "santa cruz de lorica": "Lorica",
}  # fmt: skip
"""What people write for a city, and the city."""

_MAJOR = frozenset(
    fold(name)
    for name in ["Leticia", "Medellin", "Bello", "Itagui", "Envigado", "Sabaneta", "Rionegro", "Apartado", "Turbo", "Caucasia", "Arauca", "Barranquilla", "Soledad", "Malambo", "Sabanalarga", "Cartagena", "Magangue", "Turbaco", "Tunja", "Duitama", "Sogamoso", "Chiquinquira", "Manizales", "La Dorada", "Chinchina", "Villamaria", "Florencia", "Yopal", "Aguazul", "Popayan", "Santander de Quilichao", "Valledupar", "Aguachica", "Quibdo", "Monteria", "Cerete", "Lorica", "Sahagun", "Montelibano", "Bogota", "Soacha", "Zipaquira", "Facatativa", "Chia", "Cajica", "Fusagasuga", "Girardot", "Mosquera", "Funza", "Madrid", "Inirida", "San Jose del Guaviare", "Neiva", "Pitalito", "Garzon", "Riohacha", "Maicao", "Uribia", "Santa Marta", "Cienaga", "Villavicencio", "Acacias", "Pasto", "Ipiales", "Tumaco", "Tuquerres", "Cucuta", "Ocana", "Los Patios", "Pamplona", "Villa del Rosario", "Mocoa", "Puerto Asis", "Armenia", "Calarca", "Quimbaya", "Montenegro", "Pereira", "Dosquebradas", "Santa Rosa de Cabal", "San Andres", "Bucaramanga", "Floridablanca", "Piedecuesta", "Giron", "Barrancabermeja", "San Gil", "Sincelejo", "Corozal", "Ibague", "El Espinal", "Espinal", "Melgar", "Honda", "Cali", "Palmira", "Buenaventura", "Tulua", "Cartago", "Buga", "Jamundi", "Yumbo", "Mitu", "Puerto Carreno", "Tocancipa", "Marinilla", "La Ceja", "Guarne", "Copacabana", "Girardota", "Caldas", "La Estrella", "Puerto Boyaca", "Paipa", "Villeta", "Cota", "Sopo", "Tenjo", "Tabio", "La Calera", "Sibate", "Puerto Colombia", "Galapa", "Baranoa", "Planeta Rica", "Fundacion", "El Banco", "Aracataca", "Fonseca", "Bosconia", "Mariquita", "Chaparral", "Libano", "Puerto Lopez", "Granada", "Puerto Gaitan", "Saravena", "Tame", "Arauquita", "Socorro", "Lebrija", "Barbosa", "Zarzal", "Roldanillo", "Caicedonia", "Sevilla", "Florida", "Pradera", "Candelaria", "El Cerrito"]
)
"""Cities so well known that their name inside a sentence is believed."""

_WORDLIKE = frozenset(
    fold(name)
    for name in ["La Plata", "El Banco", "Dolores", "Victoria", "La Victoria", "La Union", "La Paz", "Florida", "La Florida", "El Retiro", "Madrid", "Plato", "Mani", "Une", "Toca", "Paya", "Pesca", "Honda", "Andes", "Jardin", "Concordia", "Colombia", "Piedras", "Prado", "Manta", "Nilo", "Silvia", "Rosas", "La Cruz", "La Playa", "Encino", "Guaca", "Iles", "Gigante", "Agrado", "Elias", "Rivera", "Tello", "Sucre", "Suarez", "Miranda", "Padilla", "Paez", "Morales", "Mercaderes", "Bolivar", "Cordoba", "Caldas", "Narino", "Santiago", "Trinidad", "Monterrey", "Milan", "Albania", "Argelia", "California", "Buenos Aires", "Venecia", "Granada", "Palermo", "Palestina", "Jerusalen", "Toledo", "Medina", "Cabrera", "Acevedo", "Restrepo", "Obando", "Ulloa", "Trujillo", "Toro", "Belen", "Remedios", "Alejandria", "Margarita", "Clemencia", "Regidor", "Arenal", "Gamarra", "Gonzalez", "La Gloria", "El Paso", "San Diego", "Santa Ana", "Santa Maria", "San Jose", "San Antonio", "San Luis", "Ortega", "Murillo", "Lerida", "Fresno", "Alvarado", "Giraldo", "Caicedo", "Olaya", "Turbo", "Socorro", "Fundacion", "Libano", "Genova", "Corinto", "Soledad", "Florencia", "Leticia", "Bello", "Armenia", "Candelaria", "Sevilla", "Pradera", "Barbosa", "Mosquera", "Arboleda", "Ospina", "Linares", "Funes", "Leiva", "Aldana", "Hato", "Jordan", "Galan", "Confines", "Paramo", "Palmar", "Velez", "Malaga", "Matanza", "Contratacion", "Convencion", "Lourdes", "Los Santos", "Tona", "Sora", "Chita", "Tota", "Tuta", "Susa", "Gama", "Tena", "Cota", "Pandi", "Puli", "Purificacion", "Caceres", "Segovia", "Zaragoza", "Valdivia", "Betania", "Barrancas", "Distraccion", "Salamina", "Filadelfia", "Pensilvania", "Neira", "Marsella", "Balboa", "Viterbo", "Samana", "Peque", "Tarso", "Salgar", "Maceo", "Olaya Herrera", "Colon", "El Castillo", "Uribe", "Mesetas", "Galeras", "Ovejas", "Palmito", "Since", "Hobo", "Pital", "Isnos", "La Vega", "La Mesa", "La Palma", "La Pena", "La Sierra", "La Merced", "Granada", "Espinal", "El Rosario", "Santa Barbara", "Villanueva", "Buenavista", "San Miguel", "San Francisco", "San Pedro", "San Pablo", "San Carlos", "Providencia", "Guadalupe", "Tenerife", "Remolino", "Algarrobo", "El Dorado", "El Carmen", "La Esperanza", "El Penon", "Potosi", "Herran", "Silos", "Pore", "Victoria", "Aguada", "Suan", "Cordoba", "Santa Rosa", "Santa Isabel", "La Belleza", "Tama", "Alban", "San Mateo", "Santana", "Concepcion", "Caimito", "El Roble", "Corrales", "Floresta", "Montenegro", "Girardot", "Sabaneta", "Chiquinquira", "La Estrella", "Sopo", "Honda", "Cartago", "Cisneros", "Cerrito"]
)
"""Cities whose name is also a common word, a person's or a neighbourhood's: they need more proof."""

_DEPARTMENT_NAMES: Mapping[str, str] = {
    "valle": "Valle del Cauca", "el valle": "Valle del Cauca", "valle del cauca": "Valle del Cauca",
    "valle cauca": "Valle del Cauca", "n de santander": "Norte de Santander",
    "norte santander": "Norte de Santander", "nte de santander": "Norte de Santander",
    "guajira": "La Guajira", "cundi": "Cundinamarca", "cund": "Cundinamarca",
    "ant": "Antioquia", "atl": "Atlantico", "san andres y providencia": "San Andres y Providencia",
    "archipielago de san andres": "San Andres y Providencia",
    "cundinamarca bogota": "Cundinamarca",
}  # fmt: skip
_HOME = re.compile(
    r"(?:\b(?:yo )?(?:vivo|vivimos|resido|estoy|estamos|radico|ubicad[oa]|me encuentro|nos encontramos)(?: aqui| aca)?"
    r"(?: yo)? en(?: la ciudad de| el municipio de)?|\b(?:soy|somos) de|\b(?:la )?ciudad(?: es| de)?|\b(?:el )?municipio(?: es| de)?"
    r"|\bescribo desde|\bdepartamento(?: es| de| del)?|\bdpto(?: de)?|\bdepto(?: de)?)[\s:.]*$"
)
_FILLER = re.compile(
    r"\b(?:en|de|del|la|el|ciudad|municipio|colombia|departamento|dpto|depto|soy|somos|vivo|estoy|para|desde|aqui|aca|y|yo"
    r"|dc|d|c|resido|es|a|por|favor|mi|si|residente|envien|enviar|centro|bueno|hola|ok|claro|mas|exactamente)\b"
)
_TOKEN = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Place:
    """A place's name found on a page."""

    start: int
    end: int
    city: str
    department: str

    @property
    def either(self) -> bool:
        """Tell whether the name is a city's and a department's."""
        return bool(self.city and self.department)


def normalise_city(text: str) -> str:
    """Return a city as it is always written; an unknown one in title case."""
    clean = trimmed(text.replace("|", " "))
    key = _key(clean)
    return CORRECTIONS.get(key) or _cities().get(key) or _misspelled().get(_near(key), "") or titled(clean)


def normalise_department(text: str) -> str:
    """Return a department as it is always written; an unknown one in title case."""
    clean = trimmed(text.replace("|", " "))
    return _departments().get(_key(clean), "") or titled(clean)


def department_of(city: str) -> str:
    """Return a city's department, or "" when unknown or when several have such a city."""
    return _homes().get(_key(normalise_city(city)), "")


def known_city(text: str) -> bool:
    """Tell whether a text is the name of a city, rightly or nearly so written."""
    key = _key(text)
    return key in CORRECTIONS or key in _cities() or bool(_misspelled().get(_near(key)))


def is_major(word: str) -> bool:
    """Tell whether a folded word is a well-known city that is hardly ever a person's name."""
    return (word in _MAJOR or word in CORRECTIONS) and word not in _WORDLIKE


def find(plain: str, start: int, end: int) -> list[Place]:
    """Find the names of places in a stretch of folded text, the longest first at each word."""
    tokens = list(_TOKEN.finditer(plain, start, end))
    found, at = [], 0
    while at < len(tokens):
        place, width = _at(plain, tokens[at : at + 6])
        if place is not None:
            found.append(place)
        at += width
    return found


def take_places(page: Page, *, asked: bool, data: bool) -> dict[str, str]:
    """Take the city and department a customer gives, not those only asked about.

    `data` says that the message holds other personal data.
    """
    fields: dict[str, str] = {}
    for clause in page.clauses():
        if "ciudad" in fields and "departamento" in fields:
            break
        for name, value in _from_clause(page, clause, asked=asked, data=data).items():
            fields.setdefault(name, value)
    return fields


def given(places: list[Place]) -> dict[str, str]:
    """Tell city from department among the names found together."""
    sure = [p for p in places if not p.either]
    city = next((p for p in sure if p.city), None)
    department = next((p for p in sure if p.department), None)
    for place in (p for p in places if p.either):
        if city is None and (department is not None or place.city == "Arauca"):
            city = place
        elif department is None:
            department = place
    found = {"ciudad": city.city if city else "", "departamento": department.department if department else ""}
    return {name: value for name, value in found.items() if value}


def _from_clause(page: Page, clause: Clause, *, asked: bool, data: bool) -> dict[str, str]:
    places = find(page.plain, clause.start, clause.end)
    if not places:
        return _nearly(page, clause) if asked else {}
    home = any(_HOME.search(page.plain, clause.start, p.start) for p in places)
    whole = not _left_over(page, clause, places)
    told = [p for p in places if p.end <= clause.asks_from]
    if clause.asks_from < clause.end and not (home and (asked or data)):
        places = told if (asked or data) else []
    if not (home or whole):
        places = [p for p in places if (asked or data) and _believable(page, clause, p)]
    for place in places:
        page.take(place.start, place.end)
    return given(places)


def _believable(page: Page, clause: Clause, place: Place) -> bool:
    name = page.plain[place.start : place.end]
    if _key(name) in _WORDLIKE:
        return not page.plain[place.end : clause.end].strip(" .-") and page.plain[clause.start - 1 : clause.start] == "|"
    known = bool(place.department) or _key(place.city) in _MAJOR or _key(name) in CORRECTIONS
    return known or not page.plain[place.end : clause.end].strip(" .-")


def _nearly(page: Page, clause: Clause) -> dict[str, str]:
    """Read a clause that is nothing but a misspelled city."""
    written = page.plain[clause.start : clause.end]
    if clause.asks_from < clause.end or len(written) > 40:
        return {}
    city = _misspelled().get(_near(_key(written)), "")
    if not city:
        return {}
    page.take(clause.start, clause.end)
    return {"ciudad": city}


def _left_over(page: Page, clause: Clause, places: list[Place]) -> str:
    left = page.plain[clause.start : clause.end]
    for place in places:
        left = left.replace(page.plain[place.start : place.end], " ", 1)
    return re.sub(r"[\W_]+", "", _FILLER.sub(" ", left))


def _at(plain: str, tokens: list[re.Match[str]]) -> tuple[Place | None, int]:
    for width in range(len(tokens), 0, -1):
        start, end = tokens[0].start(), tokens[width - 1].end()
        if re.search(r"[\n|;?!]", plain[start:end]):
            continue
        key = _key(plain[start:end])
        city = CORRECTIONS.get(key) or _cities().get(key, "")
        department = _departments().get(key, "")
        if key != "colombia" and (city or department):
            return Place(start, end, city, department), width
    return None, 1


def _key(text: str) -> str:
    return " ".join(_TOKEN.findall(fold(text)))


def _near(key: str) -> str:
    """Return the misspelling under which a well-known city can be found, or ""."""
    if len(key) < 6:
        return ""
    return next((form for form in one_letter_off(key) if form in _misspelled()), "")


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, str, bool], ...]:
    """Return (city, department, usually meant) rows."""
    rows = []
    for line in (Path(__file__).parent / "municipalities.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            department, cities = line.split(":")
            rows += [(c.strip().rstrip("*"), department, "*" in c) for c in cities.split(",")]
    return tuple(rows)


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    return {_key(city): city for city, _, _ in _table()}


@lru_cache(maxsize=1)
def _departments() -> dict[str, str]:
    return {_key(d): d for _, d, _ in _table()} | dict(_DEPARTMENT_NAMES)


@lru_cache(maxsize=1)
def _homes() -> dict[str, str]:
    homes: dict[str, str] = {}
    for city, department, meant in _table():
        key = _key(city)
        homes[key] = department if meant or key not in homes else ""
    meant_ones = {_key(city): department for city, department, meant in _table() if meant}
    capitals = {_key(city): department for city, department, _ in _firsts()}
    return homes | meant_ones | capitals


def _firsts() -> list[tuple[str, str, bool]]:
    """Return each department's first row: its capital."""
    seen: dict[str, tuple[str, str, bool]] = {}
    for row in _table():
        seen.setdefault(row[1], row)
    return list(seen.values())


@lru_cache(maxsize=1)
def _misspelled() -> dict[str, str]:
    table: dict[str, str] = {}
    for key in sorted(_MAJOR - _WORDLIKE):
        if len(key) >= 6 and key in _cities():
            for form in one_letter_off(key):
                table.setdefault(form, _cities()[key])
    return table
