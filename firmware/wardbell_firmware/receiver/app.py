"""The receiver's wiring: radio, keys, supply and line to the desk; the desk's wishes to display, buzzer, lamps, relay, store,
line and nodes.
"""

import gc

from wardbell_firmware.receiver.desk import ReceiverDesk
from wardbell_firmware.receiver.desk_display import DeskDisplay
from wardbell_firmware.receiver.keyed_nodes import COUNTERS_FILE
from wardbell_firmware.receiver.local_stations import LEARNED_FILE
from wardbell_firmware.receiver.memory import OPEN_CALLS_FILE
from wardbell_firmware.receiver.radio_health import AIR_FILE
from wardbell_firmware.receiver.table import RERAISE_FILE, STATIONS_FILE
from wardbell_firmware.receiver.text import NO_BROKER
from wardbell_protocol.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import ReceiverBoard
    from wardbell_firmware.bus.session import BusSession


# Collecting takes an RP2040 25 ms. Done while nothing is on the air it does not fall between a word and its tone, which is when
# scraps are made quickest. Where the air is never quiet it has to be done all the same.
COLLECT_EACH_MS = 500
COLLECT_LATE_MS = 1000
_COLLECTS = hasattr(gc, "threshold")  # MicroPython's, as in run.py
KEEP_AGAIN_MS = 60000


class ReceiverApp:
    """Runs the receiver on its board. `settings`: `name`, `host` False where there is none, `bus` where it is there.

    `trouble`: why it cannot join the bus at all; the display says so, and calls ring.
    """

    def __init__(self, board: "ReceiverBoard") -> None:
        self.board = board
        settings = board.settings
        name, has_host = str(settings.get("name", "receiver")), bool(settings.get("host", True))
        self.trouble = ""
        self.session: BusSession | None = None
        if "bus" in settings:
            try:
                self.session = None if board.network is None else _session(board, name)
            except ConfigError as error:
                self.trouble = "%s: %s" % (NO_BROKER, error)
            except ImportError:
                self.trouble = NO_BROKER + ": umqtt.simple is missing"
        ear = None if self.session is None else self.session.face.ear
        self.desk = ReceiverDesk(name, board.epoch, has_host, board.transmitter is not None, ear)
        self.desk.bus_trouble = self.trouble
        if self.session is not None:
            self.session.face.use(self.desk)
        for file in (COUNTERS_FILE, STATIONS_FILE, RERAISE_FILE, LEARNED_FILE, AIR_FILE, OPEN_CALLS_FILE):
            self.desk.load(file, board.store.load(file), board.clock.now_ms())
        self._display = DeskDisplay(board.lcd, board.clock)
        self._collect_at_ms = 0
        self._is_quiet = True  # no edge came since the step before
        self._unkept: dict[str, bytes] = {}
        self._keep_at_ms = 0

    def step(self, now_ms: int) -> "int | None":
        """Do all that is due; returns the next deadline in ms, or None."""
        board, desk = self.board, self.desk
        ack, browse, mute = [board.keys[name].is_pressed() for name in ("ack", "browse", "mute")]
        desk.receive_keys(ack, browse, mute, now_ms)  # first: they are meant for what the display still shows
        desk.receive_mains(board.mains.is_present(), now_ms)
        desk.receive_display(self._display.is_lost, now_ms)
        self._listen(now_ms)
        desk.receive_line(board.line.read(), now_ms)
        desk.poll(now_ms)
        receipts_ms = self._answer(now_ms)  # before the display, which takes its time
        board.buzzer.set(desk.front.tone_hz)
        self._light()
        self._display.write(desk.front.lines, now_ms)
        self._keep(now_ms)
        output = desk.take_output()
        if output:
            board.line.write(output)
        bus_ms = None if self.session is None else self.session.step(now_ms)
        self._collect(now_ms)
        keep_ms = self._keep_at_ms if self._unkept else None
        times = (desk.next_deadline_ms(), receipts_ms, bus_ms, keep_ms, self._display.next_deadline_ms())
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    def _keep(self, now_ms: int) -> None:
        """Save what has changed. What a full or worn flash does not take is tried again: it must not end the receiver."""
        self._unkept.update(self.desk.take_unsaved())
        if now_ms < self._keep_at_ms:
            return
        for name in list(self._unkept):
            try:
                self.board.store.save(name, self._unkept[name])
                self._unkept.pop(name)
            except OSError:
                self._keep_at_ms = now_ms + KEEP_AGAIN_MS
        self.desk.is_flash_full = bool(self._unkept)

    def _light(self) -> None:
        board, signs = self.board, self.desk.front.signs
        board.status_green.set(signs.green)
        board.status_red.set(signs.red)
        board.relay.set(signs.relay)

    def _collect(self, now_ms: int) -> None:
        if not _COLLECTS or now_ms < self._collect_at_ms or self.desk.hears_press:
            return
        if self._is_quiet or now_ms >= self._collect_at_ms + COLLECT_LATE_MS:
            self._collect_at_ms = now_ms + COLLECT_EACH_MS
            gc.collect()

    def _listen(self, now_ms: int) -> None:
        is_more = True
        self._is_quiet = True
        while is_more:
            portion = self.board.radio.read()
            self._is_quiet = self._is_quiet and portion.n == 0
            # The sounder at once: what else there is to hear, to show and to tell takes its time.
            self.desk.receive_words(portion, now_ms)
            self.board.buzzer.set(self.desk.front.tone_hz)
            self.desk.receive_frames(portion, now_ms)
            self.board.buzzer.set(self.desk.front.tone_hz)
            is_more = portion.is_full

    def _answer(self, now_ms: int) -> "int | None":
        """Send the receipt that is due; returns when to look again."""
        transmitter, answers = self.board.transmitter, self.desk.answers
        if transmitter is None or answers is None:
            return None
        durations = answers.queue.poll(transmitter.is_sending(), now_ms)
        if durations:
            transmitter.send(durations)
        return answers.queue.next_deadline_ms(now_ms)


def _session(board: "ReceiverBoard", name: str) -> "BusSession":
    # Only here is umqtt wanted, which a receiver on a cable does not have.
    from wardbell_firmware.bus.session import BusSession

    return BusSession(board, name)
