"""The bed node's wiring: keys and ear to the node, the node's wishes to radio, lamp and sounder."""

from wardbell_firmware.bedside.lamp import GREEN, RED
from wardbell_firmware.bedside.node import BedsideNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import BedsideBoard, Ear


class BedsideApp:
    """Runs a bed node on its board."""

    def __init__(self, board: "BedsideBoard") -> None:
        self.board = board
        self.node = BedsideNode(board.settings, board.store, board.receiver is not None)

    def step(self, now_ms: int) -> "int | None":
        """Do all that is due; returns the next deadline in ms, or None."""
        board, node = self.board, self.node
        keys = board.keys
        node.receive({name: name in keys and keys[name].is_pressed() for name in node.key_names}, now_ms)
        if board.receiver is not None:
            self._listen(board.receiver)
        durations = node.poll(board.radio.is_sending(), now_ms)
        if durations:
            board.radio.send(durations)
            node.supply.measured(board.battery.millivolts())
        board.lamp_red.set(bool(node.lamp & RED))
        board.lamp_green.set(bool(node.lamp & GREEN))
        board.buzzer.set(node.tone_hz)
        if board.receiver is not None:
            board.receiver.listen(node.wants_ear)
        return node.next_deadline_ms(now_ms)

    def _listen(self, ear: "Ear") -> None:
        is_more = True
        while is_more:
            portion = ear.read()
            self.node.hear(portion)
            is_more = portion.is_full
