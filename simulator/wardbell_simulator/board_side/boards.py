"""The virtual boards: parts by name, fed by one message a wake and answering with one.

Start message: `{"settings": {...}, "files": {name: hex}}`; for a node `"keys": [...]`, `"mv"` of its battery and `"ear"`,
for the receiver `"epoch": n` and `"transmitter"`, each of the last 1 where it is fitted. Wake: `{"t": µs since start}` and
where there is news `"keys": [[name, 0 or 1], ...]`, `"air": [durations, end µs]`, `"line": hex`, `"mv"`. Answer:
`{"t": µs since start, "due": ms since start or null, "out": [[part, µs, value], ...]}`.
"""

from wardbell_simulator.board_side.parts import (
    VirtualBattery,
    VirtualBuzzer,
    VirtualClock,
    VirtualKey,
    VirtualLamp,
    VirtualLcdPins,
    VirtualLine,
    VirtualPulseSource,
    VirtualStore,
    VirtualTransmitter,
    Wires,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ACK_KEY = "ack"


class VirtualBedside:
    """A bed node's board."""

    def __init__(self, start: "dict[str, Any]") -> None:
        self.clock = VirtualClock()
        self.wires = Wires(self.clock)
        self.keys = {name: VirtualKey() for name in start["keys"]}
        self.assurance_lamp = VirtualLamp(self.wires, "lamp")
        self.buzzer = VirtualBuzzer(self.wires)
        self.radio = VirtualTransmitter(self.wires, self.clock)
        self.receiver = VirtualPulseSource() if start.get("ear") else None
        self.battery = VirtualBattery(start.get("mv"))
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
        self.lcd = VirtualLcdPins(self.wires)
        self.buzzer = VirtualBuzzer(self.wires)
        self.ack_key = VirtualKey()
        self.line = VirtualLine(self.wires)
        self.store = _store(self.wires, start)
        self.epoch: int = start["epoch"]
        self.settings: dict[str, Any] = start["settings"]

    def wake(self, message: "dict[str, Any]") -> None:
        """Take the time and what has changed."""
        self.clock.now_us = message["t"]
        for _, is_closed in message.get("keys", ()):
            self.ack_key.change(bool(is_closed))
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
