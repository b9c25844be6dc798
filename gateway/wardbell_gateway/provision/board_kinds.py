"""The boards that Wardbell runs on, as their MicroPython names itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

BEDSIDE = "bedside"
RECEIVER = "receiver"
ROLES = (BEDSIDE, RECEIVER)


@dataclass(frozen=True)
class BoardKind:
    """`name` as in settings.json; `machine`: a part of `sys.implementation._machine`; by role the class of its parts.

    `cells`: that it runs on, unless settings say else. `restarts`: a soft reset brings its raw REPL back; the interpreter
    on a computer ends instead. `keys`: of a bed node on it, as in its pin map (none: whatever it says); `hears`: it may
    have a receive module; `sees_cells`: what it measures while USB is in are its cells.
    """

    name: str
    machine: str
    classes: Mapping[str, str]
    cells: int = 3
    restarts: bool = True
    keys: tuple[str, ...] = ()
    hears: bool = True
    sees_cells: bool = True

    def refusal(self, role: str, keys: Iterable[str] = (), is_two_way: bool = False) -> str:
        """Why it cannot be that, and what to do about it; "" where it can."""
        if role not in self.classes:
            return f"board {self.name} can be no {role}, it cannot time what it hears; take a pico"
        strange = [key for key in keys if self.keys and key not in self.keys]
        if strange:
            return f"board {self.name} has no key {strange[0]}; give --button with one of {', '.join(self.keys)}"
        if is_two_way and not self.hears:
            return f"board {self.name} cannot hear; leave two_way out, or take a pico"
        return ""


_RP2040 = {
    BEDSIDE: "wardbell_firmware.boards.rp2040.bedside.PicoBedside",
    RECEIVER: "wardbell_firmware.boards.rp2040.receiver.PicoReceiver",
}
_PICO_KEYS = ("call", "reset", "presence", "assist", "cord", "handset")
KINDS = (
    BoardKind("pico", "Pico with RP2040", _RP2040, keys=_PICO_KEYS),
    BoardKind("pico_w", "Pico W with RP2040", _RP2040, keys=_PICO_KEYS),
    # No receiver: MicroPython there cannot time received edges.
    BoardKind(
        "esp32c3",
        "ESP32C3",
        {BEDSIDE: "wardbell_firmware.boards.esp32c3.bedside.C3Bedside"},
        keys=("call", "reset", "cord", "handset"),
        hears=False,
        sees_cells=False,  # they are switched off then: USB's 5 V stand on the same pin
    ),
)
