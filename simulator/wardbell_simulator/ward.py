"""The virtual ward: beds, ether and receiver on one time line, with verbs for people and conditions for tests.

Virtual time by `run_until_ms`, `run_for_ms`, `run_until_true`; wall time by `run_live`, to which other threads `post` verbs.
"""

import json
import os
import random
import select
import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from wardbell_firmware.receiver.keys_at_desk import HOLD_MS as FIRMWARE_HOLD_MS
from wardbell_firmware.receiver.table import STATIONS_FILE
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst
from wardbell_simulator import jammer
from wardbell_simulator.clock import US_PER_MS, Pace, Timeline
from wardbell_simulator.device import DeviceCore
from wardbell_simulator.errors import WardError
from wardbell_simulator.ether import Ether, Link
from wardbell_simulator.inprocess import InProcess
from wardbell_simulator.log import Log, Record
from wardbell_simulator.micropython import MicroPythonProcess, find_micropython
from wardbell_simulator.parts import Button
from wardbell_simulator.plan import NodePlan, WardPlan, default_plan
from wardbell_simulator.serial_line import BufferLine, SerialLine
from wardbell_simulator.sites import EAR, BedSite, ReceiverSite

PRESS_MS = 120
JAMMER = "jammer"
OTHER = "remote"
OTHER_WORD = CodeWord(0x5A5A5A)
OTHER_ALPHA_US = 87.5
OTHER_WORDS = 8
HOLD_MS = FIRMWARE_HOLD_MS + 500

_LIVE_WAIT_S = 0.5


class Ward:
    """A running ward.

    Args:
        plan: what it consists of.
        seed: every draw hangs on it.
        is_cpython: run the apps in this process instead of one MicroPython process each.
        is_receiver_cpython: the receiver's, if it is to differ: many light nodes and a real receiver.
        line: the receiver's serial line; without one, two buffers.
        has_host: what the receiver is set to expect.
        is_enrolled: the receiver has the ward's stations from an earlier day; else the host must send them.
    """

    def __init__(
        self,
        plan: WardPlan | None = None,
        *,
        seed: int = 0,
        is_cpython: bool = False,
        is_receiver_cpython: bool | None = None,
        line: SerialLine | None = None,
        has_host: bool = True,
        is_enrolled: bool = True,
    ) -> None:
        self.plan = plan or default_plan()
        self.timeline = Timeline()
        self.log = Log()
        self.line = line or BufferLine()
        self.ether = Ether(self.timeline, seed)
        self._seed = seed
        cpython = {False: is_cpython, True: is_cpython if is_receiver_cpython is None else is_receiver_cpython}
        interpreter = None if all(cpython.values()) else find_micropython()
        self._interpreters = {is_receiver: None if cpython[is_receiver] else interpreter for is_receiver in cpython}
        self._posted: deque[Callable[[], object]] = deque()
        self._wake_read, self._wake_write = os.pipe()
        self._wake_ends: tuple[int, ...] = (self._wake_read, self._wake_write)
        os.set_blocking(self._wake_read, False)
        settings = {"name": self.plan.ward, "host": has_host}
        self.receiver = ReceiverSite(
            self.timeline,
            self.ether,
            self._maker(EAR, True),
            self._tell,
            self.line,
            settings,
            self.plan.noise,
            seed,
            self.plan.receiver.transmitter,
        )
        if is_enrolled:
            records = [node.record() for node in self.plan.nodes]
            self.receiver.files[STATIONS_FILE] = json.dumps(records).encode()
        self.beds: dict[str, BedSite] = {}
        for node in self.plan.nodes:
            self.beds[node.station_id] = self._bed(node, seed)
        try:
            self.receiver.power_on()
            for bed in self.beds.values():
                bed.power_on()
        except Exception:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End every process and the line; a second time nothing."""
        self.receiver.device.power_off()
        for bed in self.beds.values():
            bed.device.power_off()
        self.line.close()
        for end in self._wake_ends:
            os.close(end)
        self._wake_ends = ()

    # What people do.

    def press(self, bed: str, key: str = "", ms: int = PRESS_MS) -> None:
        """Press a key of a bed now, its first one unless named. Raises WardError where there is none such."""
        self.button(bed, key).press(ms)

    def reset(self, bed: str, ms: int = PRESS_MS) -> None:
        """Press the reset key of a bed."""
        self.press(bed, "reset", ms)

    def unplug(self, bed: str) -> None:
        """Pull the handset's plug at a bed, or cut its cable."""
        self.button(bed, "handset").push()

    def plug(self, bed: str) -> None:
        """Plug the handset in again."""
        self.button(bed, "handset").let_go()

    def acknowledge(self, ms: int = PRESS_MS) -> None:
        """Press the receiver's acknowledge key."""
        self.receiver.buttons["ack"].press(ms)

    def hold_ack(self, ms: int = HOLD_MS) -> None:
        """Hold the receiver's acknowledge key: clear, where that is allowed."""
        self.receiver.buttons["ack"].press(ms)

    def browse(self, ms: int = PRESS_MS) -> None:
        """Press the receiver's browse key."""
        self.receiver.buttons["browse"].press(ms)

    def mute(self, ms: int = PRESS_MS) -> None:
        """Press the receiver's mute key."""
        self.receiver.buttons["mute"].press(ms)

    def learn(self, ms: int = HOLD_MS) -> None:
        """Hold the receiver's acknowledge and browse keys together: it learns a button, or forgets one."""
        for key in ("ack", "browse"):
            self.receiver.buttons[key].press(ms)

    def press_other(self) -> None:
        """Somebody presses a remote that nobody enrolled."""
        self.ether.link(OTHER, EAR, Link())
        durations_us = burst(OTHER_WORD, OTHER_ALPHA_US, OTHER_WORDS)
        self._tell(OTHER, "air", durations_us)
        self.ether.send(OTHER, durations_us)

    def button(self, bed: str, key: str = "") -> Button:
        """A key of a bed, to push, stick or free."""
        buttons = self.site(bed).buttons
        name = key or next(iter(buttons))
        if name not in buttons:
            raise WardError(f"{bed} has no key {name!r}; it has {', '.join(buttons)}")
        return buttons[name]

    def site(self, bed: str) -> BedSite:
        """A bed by its station's id."""
        if bed not in self.beds:
            raise WardError(f"no bed {bed!r}; there are {', '.join(self.beds)}")
        return self.beds[bed]

    # What befalls it.

    def kill_receiver(self) -> None:
        """Cut the receiver's power."""
        self.receiver.power_off()
        self._tell(EAR, "power", 0)

    def restart_receiver(self) -> None:
        """Give the receiver power again, or cut it for a moment; its stored files are kept."""
        if self.receiver.device.is_on:
            self.kill_receiver()
        self.receiver.power_on()
        self._tell(EAR, "power", 1)

    def kill_bed(self, bed: str) -> None:
        """Take the battery out of a bed's node."""
        self.site(bed).power_off()
        self._tell(bed, "power", 0)

    def restart_bed(self, bed: str) -> None:
        """Put a battery into a bed's node, a fresh one if it runs."""
        site = self.site(bed)
        if site.device.is_on:
            self.kill_bed(bed)
        site.power_on()
        self._tell(bed, "power", 1)

    def set_battery(self, bed: str, mv: int | None) -> None:
        """The battery of a bed's node has that voltage from now on; None: it cannot tell."""
        self.site(bed).set_battery(mv)

    def jam(self, kind: str, ms: int) -> None:
        """Have somebody jam the air from now on for that long; `kind` as in jammer.KINDS."""
        self.ether.link(JAMMER, EAR, Link(jammer.LEVEL_DB))
        self.ether.send(JAMMER, jammer.durations(kind, ms, random.Random(f"{self._seed}/{JAMMER}")))
        self._tell(JAMMER, "jam", kind)

    def break_radio(self) -> None:
        """The receiver's radio module dies: not an edge comes out of it any more."""
        self.receiver.is_radio_dead = True

    def fail_mains(self) -> None:
        """The mains supply fails; the receiver runs on its battery."""
        self.receiver.switch_mains(False)

    def restore_mains(self) -> None:
        """The mains supply is back."""
        self.receiver.switch_mains(True)

    def pull_display(self) -> None:
        """Pull the cable of the receiver's display."""
        self.receiver.plug_display(False)

    def plug_display(self) -> None:
        """Put it in again."""
        self.receiver.plug_display(True)

    def pull_cable(self) -> None:
        """Unplug the serial cable."""
        self.line.pull()
        self._tell(EAR, "cable", 0)

    def plug_cable(self) -> None:
        """Plug the serial cable in again."""
        self.line.plug()
        self._tell(EAR, "cable", 1)

    def disturb_line(self, data: bytes) -> None:
        """Put bytes on the line to the host that nobody sent."""
        self.line.send(data)

    # What is to be seen and heard.

    @property
    def now_ms(self) -> int:
        """Virtual ms since the ward began."""
        return self.timeline.now_us // US_PER_MS

    @property
    def lcd_lines(self) -> tuple[str, str]:
        """The receiver's display."""
        return self.receiver.glass.lines()

    @property
    def tone_hz(self) -> int:
        """What the receiver sounds; 0 = silence."""
        return self.receiver.buzzer.value

    @property
    def lamps(self) -> dict[str, bool]:
        """Whether the assurance lamps are lit, by bed; their colours are `beds[...].lamp.value`."""
        return {name: bool(bed.lamp.value) for name, bed in self.beds.items()}

    @property
    def powered(self) -> dict[str, bool]:
        """Which devices run, the receiver too."""
        return {EAR: self.receiver.device.is_on} | {name: bed.device.is_on for name, bed in self.beds.items()}

    def registry_document(self) -> dict[str, Any]:
        """The ward's registry, as the gateway keeps it."""
        return self.plan.registry_document()

    def watch(self, observe: Callable[[Record], None]) -> None:
        """Have every record of the log as it is made."""
        self.log.observers.append(observe)

    # Time.

    def run_until_ms(self, until_ms: int) -> None:
        """Let all happen up to that virtual time, as fast as it goes."""
        self.run_until_true(lambda: False, until_ms)

    def run_for_ms(self, ms: int) -> None:
        """Let that much virtual time pass."""
        self.run_until_ms(self.now_ms + ms)

    def run_until_true(self, condition: Callable[[], bool], limit_ms: int) -> bool:
        """Run until the condition holds or the virtual time `limit_ms` is reached; says whether it holds."""
        while not condition():
            self.receiver.hear_line()
            if not self.timeline.step(limit_ms * US_PER_MS):
                return condition()
        return True

    def run_live(self, speed: float = 1.0, stop: threading.Event | None = None) -> None:
        """Keep pace with the wall, `speed` times as fast, until stopped: by `stop` or `post(stop.set)`."""
        pace = Pace(self.timeline, speed)
        while stop is None or not stop.is_set():
            self.catch_up(pace)
            self._wait(pace.wait_s(_LIVE_WAIT_S))

    def catch_up(self, pace: Pace) -> None:
        """Let time pass up to the pace's, then take in what people and the host have done: that is now, not before."""
        self.timeline.run_until(pace.now_us())
        self.do_posted()
        self.receiver.hear_line()

    def post(self, verb: Callable[..., object], *args: Any, **named: Any) -> None:  # noqa: ANN401 - the verb's own
        """From any thread: have a verb done by `run_live`, soon: `ward.post(ward.press, "203-2")`."""
        self._posted.append(lambda: verb(*args, **named))
        os.write(self._wake_write, b"\0")

    def do_posted(self) -> None:
        """Do the verbs posted so far, now."""
        while self._posted:
            self._posted.popleft()()

    def _wait(self, longest_s: float) -> None:
        line = self.line.fileno()
        waiting = [self._wake_read] if line is None else [self._wake_read, line]
        ready, _, _ = select.select(waiting, [], [], longest_s)
        if self._wake_read in ready:
            os.read(self._wake_read, 4096)

    def _tell(self, source: str, what: str, value: Any) -> None:  # noqa: ANN401 - by what
        self.log.add(self.timeline.now_us, source, what, value)

    def _bed(self, node: NodePlan, seed: int) -> BedSite:
        name = node.station_id
        for sender, ear in ((name, EAR), (EAR, name)):
            self.ether.link(sender, ear, Link(node.level_db, node.word_loss, node.burst_loss))
        make = self._maker(name, False)
        return BedSite(node, self.timeline, self.ether, make, self._tell, self.plan.noise, seed)

    def _maker(self, device: str, is_receiver: bool) -> Callable[[], DeviceCore]:
        interpreter = self._interpreters[is_receiver]
        if interpreter is None:
            return lambda: InProcess(device, is_receiver)
        main = "main_receiver" if is_receiver else "main_bedside"
        return lambda: MicroPythonProcess(device, main, interpreter)
