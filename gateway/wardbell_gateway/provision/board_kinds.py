"""The boards that Wardbell runs on, as their MicroPython names itself."""

from collections.abc import Mapping
from dataclasses import dataclass

BEDSIDE = "bedside"
RECEIVER = "receiver"
ROLES = (BEDSIDE, RECEIVER)


@dataclass(frozen=True)
class BoardKind:
    """`name` as in settings.json; `machine`: a part of `sys.implementation._machine`; by role the class of its parts.

    `cells`: that it runs on, unless settings say else. `restarts`: a soft reset brings its raw REPL back; the interpreter
    on a computer ends instead.
    """

    name: str
    machine: str
    classes: Mapping[str, str]
    cells: int = 3
    restarts: bool = True


_RP2040 = {
    BEDSIDE: "wardbell_firmware.boards.rp2040.bedside.PicoBedside",
    RECEIVER: "wardbell_firmware.boards.rp2040.receiver.PicoReceiver",
}
KINDS = (
    BoardKind("pico", "Pico with RP2040", _RP2040),
    BoardKind("pico_w", "Pico W with RP2040", _RP2040),
    # No receiver: MicroPython there cannot time received edges.
    BoardKind("esp32c3", "ESP32C3", {BEDSIDE: "wardbell_firmware.boards.esp32c3.bedside.C3Bedside"}),
)
