"""The two kinds of place in a ward: a bed with its node, and the desk with the receiver. Parts joined to a device."""

import random
from collections.abc import Callable
from typing import Any

from wardbell_firmware.bedside.lamp import GREEN, RED
from wardbell_firmware.receiver.desk_display import PROBE_EACH_MS
from wardbell_simulator.board_side.boards import DESK_KEYS
from wardbell_simulator.carriers import NoiseSpec
from wardbell_simulator.clock import US_PER_MS, Timeline, Timer
from wardbell_simulator.device import Device, DeviceCore
from wardbell_simulator.ether import Ether
from wardbell_simulator.glass import Glass
from wardbell_simulator.parts import Button, Output
from wardbell_simulator.plan import NodePlan
from wardbell_simulator.serial_line import SerialLine

EAR = "receiver"
STATUS_LAMPS = ("green", "red")
SETTLED_US = 5_000  # longer than any pause inside a refresh, shorter than an eye notices

# Told of each change: its source, what it is of, the new value (log.Record says which there are).
Tell = Callable[[str, str, Any], None]


class BedSite:
    """A bed: its node, keys, assurance lamp and chirp; a two-way one has an ear."""

    def __init__(
        self,
        plan: NodePlan,
        timeline: Timeline,
        ether: Ether,
        make: Callable[[], DeviceCore],
        tell: Tell,
        noise: NoiseSpec,
        seed: int,
    ) -> None:
        self.plan = plan
        self.files: dict[str, bytes] = {}
        name = plan.station_id
        self.lamp = Output(lambda value: tell(name, "lamp", value))
        self.buzzer = Output(lambda value: tell(name, "chirp", value))
        self._timeline = timeline
        self._ether = ether
        self._tell = tell
        outputs: dict[str, Callable[[int, Any], None]] = {
            "lamp_red": lambda at_us, is_on: self._light(at_us, RED, is_on),
            "lamp_green": lambda at_us, is_on: self._light(at_us, GREEN, is_on),
            "ear": self._listen,
            "tone": self.buzzer.set,
            "air": self._send,
            "file": self._save,
        }
        self.device = Device(timeline, make, self._start, outputs, self._gather)
        self._ear = ether.listen(name, self.device.wake, noise) if plan.two_way else None
        self._mv = plan.battery_mv
        self._is_mv_new = False
        self.buttons = {key: self._button(key, timeline, seed) for key in plan.keys}

    def power_on(self) -> None:
        """Put a battery in; the store is as it was."""
        self.device.power_on()

    def set_battery(self, mv: int | None) -> None:
        """The battery has that voltage from now on."""
        self._mv = mv
        self._is_mv_new = True
        self.device.wake()

    def power_off(self) -> None:
        """A flat battery: everything goes dark."""
        self.device.power_off()
        if self._ear is not None:
            self._ear.switch(False)
        self.lamp.set(self._timeline.now_us, 0)
        self.buzzer.set(self._timeline.now_us, 0)

    def _button(self, key: str, timeline: Timeline, seed: int) -> Button:
        chance = random.Random(f"{seed}/key/{self.plan.station_id}/{key}")
        return Button(timeline, chance, lambda is_closed: self.device.change_key(key, is_closed))

    def _start(self) -> dict[str, Any]:
        self._is_mv_new = False
        files = {name: data.hex() for name, data in self.files.items()}
        start: dict[str, Any] = {"keys": list(self.plan.keys), "settings": self.plan.settings(), "files": files}
        return start | {"mv": self._mv, "ear": int(self.plan.two_way)}

    def _gather(self, message: dict[str, Any], started_us: int) -> None:
        if self._ear is not None:
            pulses, end_us = self._ear.take()
            if pulses:
                message["air"] = [pulses, end_us - started_us]
        if self._is_mv_new:
            self._is_mv_new = False
            message["mv"] = self._mv

    def _light(self, at_us: int, colour: int, is_on: int) -> None:
        self.lamp.set(at_us, self.lamp.value | colour if is_on else self.lamp.value & ~colour)

    def _listen(self, _at_us: int, is_on: int) -> None:
        if self._ear is not None:
            self._ear.switch(bool(is_on))

    def _save(self, _at_us: int, file: list[str]) -> None:
        self.files[file[0]] = bytes.fromhex(file[1])

    def _send(self, _at_us: int, durations_us: list[int]) -> None:
        self._tell(self.plan.station_id, "air", durations_us)
        self._ether.send(self.plan.station_id, durations_us, self.plan.clock_error)


class ReceiverSite:
    """The desk: receiver, LCD, sounder, keys, status lamps, relay, supply, serial line."""

    def __init__(
        self,
        timeline: Timeline,
        ether: Ether,
        make: Callable[[], DeviceCore],
        tell: Tell,
        line: SerialLine,
        settings: dict[str, Any],
        noise: NoiseSpec,
        seed: int,
        has_transmitter: bool = False,
    ) -> None:
        self.files: dict[str, bytes] = {}
        self.glass = Glass()
        self.buzzer = Output(lambda value: tell(EAR, "tone", value))
        self.status = {lamp: self._output(lamp, tell) for lamp in STATUS_LAMPS}
        self.relay = self._output("relay", tell)
        self.line = line
        self._timeline = timeline
        self._tell = tell
        self._settings = settings
        # A host remembers epochs: two lives with one epoch are one to it, and what the second says was said already.
        self._epochs = random.Random(f"{seed}/epoch") if line.fileno() is None else random.SystemRandom()
        self.is_radio_dead = False
        self.is_mains_on = True
        self.is_display_plugged = True
        self._news: dict[str, int] = {}  # of supply and display, until the board takes it
        self._received = b""
        self._shown = self.glass.lines()
        self._settling: Timer | None = None
        outputs: dict[str, Callable[[int, Any], None]] = {
            "lcd": self._drive_lcd,
            "tone": self.buzzer.set,
            "relay": self.relay.set,
            **{lamp: self.status[lamp].set for lamp in STATUS_LAMPS},
            "line": lambda _at_us, data: line.send(bytes.fromhex(data)),
            "file": self._save,
            "air": self._send,
        }
        self._ether = ether
        self._has_transmitter = has_transmitter
        self.device = Device(timeline, make, self._start, outputs, self._gather)
        self._ear = ether.listen(EAR, self.device.wake, noise)
        self.buttons = {name: self._button(name, timeline, seed) for name in DESK_KEYS}

    def power_on(self) -> None:
        """Give it power: display and radio begin anew, the store is as it was."""
        if not self.device.is_on:
            self.glass = Glass(self._timeline.now_us)
            self._received = b""
            self._ear.switch(True)
            self.device.power_on()

    def power_off(self) -> None:
        """Cut its power: display and lamps go dark, the tone stops, the relay drops."""
        self.device.power_off()
        self._ear.switch(False)
        for output in (self.buzzer, self.relay, *self.status.values()):
            output.set(self._timeline.now_us, 0)
        self.glass = Glass(self._timeline.now_us)
        self._show()

    def switch_mains(self, is_on: bool) -> None:
        """The mains supply fails, or is back; the receiver has a battery behind it."""
        self.is_mains_on = is_on
        self._turn("mains", is_on)

    def plug_display(self, is_plugged: bool) -> None:
        """The cable of its display is pulled, and with it the display's supply, or put in again."""
        self.is_display_plugged = is_plugged
        self.glass = Glass(self._timeline.now_us)
        self._turn("display", is_plugged)
        # A real board is back each 50 ms and looks by itself; this one sleeps until something is due.
        self._timeline.at(self._timeline.now_us + PROBE_EACH_MS * US_PER_MS, self.device.wake)
        self._show()

    def hear_line(self) -> None:
        """Take what the host has sent, if it has."""
        received = self.line.take()
        if received and self.device.is_on:
            self._received += received
            self.device.wake()

    def _start(self) -> dict[str, Any]:
        files = {name: data.hex() for name, data in self.files.items()}
        start: dict[str, Any] = {"settings": self._settings, "files": files, "transmitter": int(self._has_transmitter)}
        self._news.clear()
        parts = {"mains": int(self.is_mains_on), "display": int(self.is_display_plugged)}
        return start | parts | {"epoch": self._epochs.randint(1, (1 << 30) - 1)}

    def _gather(self, message: dict[str, Any], started_us: int) -> None:
        pulses, end_us = self._ear.take()
        if pulses and not self.is_radio_dead:
            message["air"] = [pulses, end_us - started_us]
        if self._received:
            message["line"] = self._received.hex()
            self._received = b""
        message.update(self._news)
        self._news.clear()

    def _turn(self, part: str, is_on: bool) -> None:
        self._news[part] = int(is_on)
        self._tell(EAR, part, int(is_on))
        self.device.wake()

    def _button(self, key: str, timeline: Timeline, seed: int) -> Button:
        chance = random.Random(f"{seed}/key/{EAR}/{key}")
        return Button(timeline, chance, lambda is_closed: self.device.change_key(key, is_closed))

    def _output(self, part: str, tell: Tell) -> Output:
        return Output(lambda value: tell(EAR, part, value))

    def _drive_lcd(self, at_us: int, pins: int) -> None:
        if not self.is_display_plugged:
            return
        self.glass.drive(at_us, pins)
        # Between two bytes of a refresh the glass shows half of each text; people see what it settles on.
        if self._settling is not None:
            self._settling.cancel()
        self._settling = self._timeline.at(at_us + SETTLED_US, self._show)

    def _show(self) -> None:
        shown = self.glass.lines()
        if shown != self._shown:
            self._shown = shown
            self._tell(EAR, "lcd", list(shown))

    def _save(self, _at_us: int, file: list[str]) -> None:
        self.files[file[0]] = bytes.fromhex(file[1])

    def _send(self, _at_us: int, durations_us: list[int]) -> None:
        self._tell(EAR, "air", durations_us)
        self._ether.send(EAR, durations_us)
