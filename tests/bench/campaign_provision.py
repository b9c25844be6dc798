"""`wardbell provision` of a Pico that is emulated whole: our images, real MicroPython, a real port, every key pressed.

    python tests/bench/campaign_provision.py [bedside] [receiver]

Ends with status 1 where a board was not provisioned or a part that it has was not found well.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gateways import station, tables, write_registry

from wardbell_firmware.boards.pins import PICO_BEDSIDE, PICO_RECEIVER
from wardbell_gateway.provision.provision_command import main as provision
from wardbell_gateway.registry import read_registry
from wardbell_simulator.chip.board import EmulatedPico
from wardbell_simulator.chip.cable import UsbCable

IMAGES = Path(__file__).resolve().parents[2] / "build" / "image"
CELLS_HALF_MV = 2250  # what the battery's divider gives of 4.5 V
KEYS = ("call", "reset", "ack", "browse", "mute")
# Of each role: its pins, which of them sends and which hears that, and how it is provisioned.
ROLES: dict[str, tuple[dict[str, int], tuple[str, str], list[str]]] = {
    "bedside": (PICO_BEDSIDE, ("radio", "ear"), ["--room", "203", "--bed", "2", "--set", "two_way=true"]),
    "receiver": (
        PICO_RECEIVER,
        ("transmitter", "radio"),
        ["--role", "receiver", "--name", "east", "--set", "transmitter=true"],
    ),
}


class Hands:
    """Somebody at the bench: presses what is asked for, and sees and hears all that there is."""

    is_there = True

    def __init__(self, pico: EmulatedPico, cable: UsbCable, pins: dict[str, int]) -> None:
        self._pico, self._cable, self._pins = pico, cable, pins
        self._pin: int | None = None

    def tell(self, text: str) -> None:
        print(text, flush=True)
        self._let_go()
        if text.startswith("Press "):
            self._pin = self._pins[text.split()[1]]
            self._drive(self._pin, 0)

    def confirm(self, question: str, meanwhile: Callable[[], None]) -> bool | None:
        print(question, flush=True)
        self._let_go()
        meanwhile()
        return True

    def _let_go(self) -> None:
        if self._pin is not None:
            self._drive(self._pin, 1)
            self._pin = None

    def _drive(self, pin: int, level: int) -> None:
        self._cable.do(lambda: self._pico.pins.drive(pin, level))


def campaign(role: str, home: Path) -> bool:
    """Provision an emulated Pico of that role."""
    pins, (sender, ear), arguments = ROLES[role]
    began_s = time.monotonic()
    pico = EmulatedPico(IMAGES / f"{role}.uf2", {})
    pico.set_adc(0, CELLS_HALF_MV)
    for name in KEYS:
        if name in pins:
            pico.pins.drive(pins[name], 1)
    if "mains" in pins:
        pico.pins.drive(pins["mains"], 1)
    pico.pins.watch(pins[sender], lambda _at_ns, level: pico.pins.drive(pins[ear], level))
    write_registry(home, tables(station("203-1")))
    with UsbCable(pico) as cable:
        usual = ["--home", str(home), "--port", cable.port, "--by", "campaign"]
        status = provision([*usual, *arguments], installer=Hands(pico, cable, pins))
    registry = read_registry(home / "registry.json")
    done = registry.provisioned.get("203-2") if role == "bedside" else registry.receivers.get("east")
    print(json.dumps({"role": role, "status": status, "seconds": round(time.monotonic() - began_s)}))
    return status == 0 and done is not None and done.board == "pico"


def main(roles: list[str]) -> int:
    """The roles named, or both."""
    with tempfile.TemporaryDirectory(prefix="wardbell-provision-") as folder:
        return max(not campaign(role, Path(folder)) for role in roles or list(ROLES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
