"""The receiver's wiring: radio, key and line to the desk; the desk's wishes to display, buzzer, store, line and nodes."""

from wardbell_firmware.drivers.hd44780 import Hd44780
from wardbell_firmware.receiver.desk import ReceiverDesk
from wardbell_firmware.receiver.keyed_nodes import COUNTERS_FILE
from wardbell_firmware.receiver.memory import OPEN_CALLS_FILE
from wardbell_firmware.receiver.radio_health import AIR_FILE
from wardbell_firmware.receiver.table import RERAISE_FILE, STATIONS_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import ReceiverBoard


class ReceiverApp:
    """Runs the receiver on its board. `settings`: `name`, and `host` False where none is fitted."""

    def __init__(self, board: "ReceiverBoard") -> None:
        self.board = board
        settings = board.settings
        name, has_host = str(settings.get("name", "receiver")), bool(settings.get("host", True))
        self.desk = ReceiverDesk(name, board.epoch, has_host, board.transmitter is not None)
        for file in (COUNTERS_FILE, STATIONS_FILE, RERAISE_FILE, AIR_FILE, OPEN_CALLS_FILE):
            self.desk.load(file, board.store.load(file), board.clock.now_ms())
        self._lcd = Hd44780(board.lcd, board.clock)
        self._lcd.start()

    def step(self, now_ms: int) -> "int | None":
        """Do all that is due; returns the next deadline in ms, or None."""
        board, desk = self.board, self.desk
        desk.receive_key(board.ack_key.is_pressed(), now_ms)  # first: it is meant for what the display still shows
        self._listen(now_ms)
        desk.receive_line(board.line.read(), now_ms)
        desk.poll(now_ms)
        receipts_ms = self._answer(now_ms)  # before the display, which takes its time
        board.buzzer.set(desk.tone_hz)
        self._lcd.show(desk.lines)
        unsaved = desk.take_unsaved()
        for name in unsaved:
            board.store.save(name, unsaved[name])
        output = desk.take_output()
        if output:
            board.line.write(output)
        due_ms = desk.next_deadline_ms()
        return due_ms if receipts_ms is None or (due_ms is not None and due_ms < receipts_ms) else receipts_ms

    def _listen(self, now_ms: int) -> None:
        is_more = True
        while is_more:
            portion = self.board.radio.read()
            self.desk.receive_air(portion, now_ms)
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
