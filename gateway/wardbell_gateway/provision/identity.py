"""Which board that is, and whether it can become what is wanted: everything is refused here before anything is changed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from wardbell_gateway.provision.board_kinds import BEDSIDE, KINDS, RECEIVER, BoardKind
from wardbell_gateway.provision.board_repl import BoardError, BoardRepl
from wardbell_gateway.provision.settings import FILE
from wardbell_gateway.registry import Registry

_LOOK = """
import sys, json
try:
    from wardbell_firmware.version import VERSION
except ImportError:
    VERSION = ""
roles = []
for role in ("bedside", "receiver"):
    try:
        __import__("wardbell_firmware." + role + ".app")
        roles.append(role)
    except ImportError:
        pass
print(json.dumps([getattr(sys.implementation, "_machine", sys.platform), VERSION, roles]))
"""


@dataclass(frozen=True)
class Identity:
    """A board as it was found; `old` are the bytes of its settings, None where it has none."""

    kind: BoardKind
    firmware: str
    old: bytes | None


def identify(
    repl: BoardRepl, role: str, version: str, wanted: str = "", kinds: Iterable[BoardKind] = KINDS
) -> Identity:
    """The board behind `repl`, fit for that role.

    Args:
        version: that it must run.
        wanted: name of the board it must be; empty: any.

    Raises:
        BoardError: it is not what it must be.
    """
    machine, firmware, roles = json.loads(repl.run(_LOOK))
    kind = next((kind for kind in kinds if kind.machine in machine), None)
    if kind is None:
        names = ", ".join(kind.name for kind in kinds)
        raise BoardError(f"{repl.path}: this is a {machine}; Wardbell runs on {names}. Plug in the right board")
    if wanted not in ("", kind.name):
        raise BoardError(
            f"{repl.path}: this is board {kind.name}, not {wanted}; plug in the right board, or leave --board out"
        )
    if kind.refusal(role):
        raise BoardError(f"{repl.path}: {kind.refusal(role)}")
    if not firmware:
        raise BoardError(f"{repl.path}: there is no Wardbell on it; install it first: make flash PORT={repl.path}")
    if firmware != version:
        remedy = f"install {version}: make flash PORT={repl.path}"
        raise BoardError(f"{repl.path}: it runs Wardbell {firmware}, this computer has {version}; {remedy}")
    if role not in roles:
        other = ", ".join(roles) or "nothing"
        raise BoardError(f"{repl.path}: its image is that of: {other}; flash {role}.uf2, or give another --role")
    return Identity(kind, firmware, repl.read_file(FILE))


def whose(old: bytes | None, registry: Registry) -> str:
    """Whom a board belonged to until now, as people say it; "" where it is new."""
    try:
        settings: dict[str, Any] = json.loads(old or b"{}")
        role = settings.get("role", "")
    except (ValueError, AttributeError):
        return ""
    if role == RECEIVER:
        return f"receiver {settings.get('name', '')}"
    for station in registry.stations if role == BEDSIDE else ():
        is_keyed = station.key and station.node_id == settings.get("node_id")
        if is_keyed or (station.address and station.address == settings.get("address")):
            return f"station {station.station_id}"
    return ""
