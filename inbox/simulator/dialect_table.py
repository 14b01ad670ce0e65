"""Every seller this simulator can be, by the name MorfX stores."""

from collections.abc import Mapping

from inbox.simulator import kapso
from inbox.simulator.dialects import Cloud, Dialect, Dialog360

DIALECTS: dict[str, Dialect] = {
    "cloud": Cloud(),
    "360dialog": Dialog360(),
    "kapso": kapso.Kapso(),
}


def spoken(path: str, headers: Mapping[str, str]) -> str:
    """Tell by its address and key which seller a request is meant for."""
    if path.startswith(kapso.PREFIX + "/"):
        return "kapso"
    return "360dialog" if "d360-api-key" in headers else "cloud"
