"""The virtual boards: parts by name, fed by one message a wake and answering with one.

Start message: `{"settings": {...}, "files": {name: hex}}`; for a node `"keys": [...]`, `"mv"` of its battery and `"ear"`,
for the receiver `"epoch": n`, `"transmitter"`, `"mains"` and `"display"`; ear, transmitter, mains and the display's cable 1
where they are there. Wake:
`{"t": µs since start}` and where there is news `"keys": [[name, 0 or 1], ...]`, `"air": [durations, end µs]`, `"line": hex`,
`"mv"`, `"mains"`, `"display"`. Answer: `{"t": µs since start, "due": ms since start or null, "out": [[part, µs, value], ...]}`.
"""

from wardbell_simulator.board_side.parts import (
    VirtualBattery,
    VirtualBuzzer,
    VirtualClock,
    VirtualEar,
    VirtualKey,
    VirtualLamp,
    VirtualLcdPins,
    VirtualLine,
    VirtualMains,
    VirtualPulseSource,
    VirtualStore,
    VirtualTransmitter,
    VirtualWatchdog,
    Wires,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from wardbell_firmware.boards.contract import Network

DESK_KEYS = ("ack", "browse", "mute")


class VirtualBedside:
    """A bed node's board."""

    def __init__(self, start: "dict[str, Any]") -> None:
        self.clock = VirtualClock()
        self.wires = Wires(self.clock)
        self.keys = {name: VirtualKey() for name in start["keys"]}
        self.lamp_red = VirtualLamp(self.wires, "lamp_red")
        self.lamp_green = VirtualLamp(self.wires, "lamp_green")
        self.buzzer = VirtualBuzzer(self.wires)
        self.radio = VirtualTransmitter(self.wires, self.clock)
        self.receiver = VirtualEar(self.wires) if start.get("ear") else None
        self.battery = VirtualBattery(start.get("mv"))
        self.watchdog = VirtualWatchdog()
        self.store = _store(self.wires, start)
        self.settings: dict[str, Any] = start["settings"]

    def wake(self, message: "dict[str, Any]") -> None:
        """Take the time and what has changed."""
        self.clock.now_us = message["t"]
        for name, is_closed in message.get("keys", ()):
            self.keys[name].change(bool(is_closed))
        if "air" in message and self.receiver is not None:
            self.receiver.deliver(message["air"][0], message["air"][1])
        if "mv" in message:
            self.battery.mv = message["mv"]

    def answer(self, due_ms: "int | None") -> "dict[str, Any]":
        """What was done since the wake, and when to be woken next."""
        return {"t": self.clock.now_us, "due": due_ms, "out": self.wires.take()}


class VirtualReceiver:
    """The receiver's board."""

    def __init__(self, start: "dict[str, Any]") -> None:
        self.clock = VirtualClock()
        self.wires = Wires(self.clock)
        self.radio = VirtualPulseSource()
        self.transmitter = VirtualTransmitter(self.wires, self.clock) if start.get("transmitter") else None
        self.lcd = VirtualLcdPins(self.wires, bool(start.get("display", 1)))
        self.buzzer = VirtualBuzzer(self.wires)
        self.keys = {name: VirtualKey() for name in DESK_KEYS}
        self.status_green = VirtualLamp(self.wires, "green")
        self.status_red = VirtualLamp(self.wires, "red")
        self.relay = VirtualLamp(self.wires, "relay")
        self.mains = VirtualMains(bool(start.get("mains", 1)))
        self.watchdog = VirtualWatchdog()
        self.line = VirtualLine(self.wires)
        self.network: Network | None = None
        self.store = _store(self.wires, start)
        self.epoch: int = start["epoch"]
        self.settings: dict[str, Any] = start["settings"]

    def wake(self, message: "dict[str, Any]") -> None:
        """Take the time and what has changed."""
        self.clock.now_us = message["t"]
        for name, is_closed in message.get("keys", ()):
            self.keys[name].change(bool(is_closed))
        if "mains" in message:
            self.mains.is_on = bool(message["mains"])
        if "display" in message:
            self.lcd.is_plugged = bool(message["display"])
        if "air" in message:
            self.radio.deliver(message["air"][0], message["air"][1])
        if "line" in message:
            self.line.deliver(bytes.fromhex(message["line"]))

    def answer(self, due_ms: "int | None") -> "dict[str, Any]":
        """What was done since the wake, and when to be woken next."""
        return {"t": self.clock.now_us, "due": due_ms, "out": self.wires.take()}


def _store(wires: Wires, start: "dict[str, Any]") -> VirtualStore:
    files = start["files"]
    return VirtualStore(wires, {name: bytes.fromhex(files[name]) for name in files})
