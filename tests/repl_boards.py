"""The virtual boards alone at a MicroPython REPL, for `wardbell provision`: their keys press themselves, their ear hears them.

Runs on MicroPython.
"""

from wardbell_simulator.board_side.boards import VirtualBedside, VirtualReceiver
from wardbell_simulator.board_side.parts import VirtualClock, VirtualEar, VirtualKey, VirtualTransmitter, Wires

PRESSED_AT_LOOK = 20


class ImpatientKey(VirtualKey):
    """A key that somebody presses for a moment after it was looked at some times."""

    def __init__(self) -> None:
        super().__init__()
        self._looks = 0

    def is_pressed(self) -> bool:
        self._looks += 1
        if self._looks % PRESSED_AT_LOOK == 0:
            self.change(True)
            self.change(False)
        return super().is_pressed()


class StuckKey(VirtualKey):
    """A contact that stays closed."""

    def is_pressed(self) -> bool:
        return True


class HeardTransmitter(VirtualTransmitter):
    """What it sends comes into an ear beside it."""

    def __init__(self, wires: Wires, clock: VirtualClock, ear: VirtualEar) -> None:
        super().__init__(wires, clock)
        self._ear, self._own_clock = ear, clock

    def send(self, durations_us: "list[int]") -> None:
        super().send(durations_us)
        signed = [us if at % 2 == 0 else -us for at, us in enumerate(durations_us)] + [-50000]
        self._ear.deliver(signed, self._own_clock.now_us + sum(map(abs, signed)))


class Bedside(VirtualBedside):
    """A bed node with an ear."""

    def __init__(self, settings: "dict[str, object]") -> None:
        super().__init__({"settings": settings, "files": {}, "keys": [], "mv": 4500, "ear": True})
        self.keys = {"call": ImpatientKey(), "reset": ImpatientKey()}
        assert self.receiver is not None
        self.radio = HeardTransmitter(self.wires, self.clock, self.receiver)


class SickBedside(Bedside):
    """Its reset key sticks and its battery is nearly empty."""

    def __init__(self, settings: "dict[str, object]") -> None:
        super().__init__(settings)
        self.keys["reset"] = StuckKey()
        self.battery.mv = 2300


class UsbBedside(Bedside):
    """No cells stand behind its USB."""

    def __init__(self, settings: "dict[str, object]") -> None:
        super().__init__(settings)
        self.battery.mv = 0


class Receiver(VirtualReceiver):
    """A receiver without a transmitter."""

    def __init__(self, settings: "dict[str, object]") -> None:
        super().__init__({"settings": settings, "files": {}, "epoch": 1})
        self.keys = {name: ImpatientKey() for name in ("ack", "browse", "mute")}
