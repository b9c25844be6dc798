"""The bed node's wiring: keys and ear to the node, the node's wishes to radio, lamp and sounder."""

from wardbell_firmware.bedside.lamp import GREEN, RED
from wardbell_firmware.bedside.node import BedsideNode
from wardbell_firmware.bedside.unusable import UnusableSign
from wardbell_protocol.errors import ConfigError, WardbellError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import BedsideBoard, Ear


class BedsideApp:
    """Runs a bed node on its board.

    `trouble`: why it cannot, for whoever reads the board's console; lamp and sounder say that it is so.
    """

    def __init__(self, board: "BedsideBoard") -> None:
        self.board = board
        self.trouble = ""
        self.node: BedsideNode | None = None
        try:
            self.node = _node(board)
        except WardbellError as error:
            self.trouble = str(error)
            self._sign = UnusableSign(board.clock.now_ms())

    def step(self, now_ms: int) -> "int | None":
        """Do all that is due; returns the next deadline in ms, or None."""
        board, node = self.board, self.node
        if node is None:
            self._sign.poll(now_ms)
            self._show(self._sign.lamp, self._sign.tone_hz)
            return self._sign.next_deadline_ms(now_ms)
        node.receive({name: board.keys[name].is_pressed() for name in node.key_names}, now_ms)
        if board.receiver is not None:
            self._listen(node, board.receiver)
        durations = node.poll(board.radio.is_sending(), now_ms)
        if durations:
            board.radio.send(durations)
            node.supply.measured(board.battery.millivolts())
        self._show(node.lamp, node.tone_hz)
        if board.receiver is not None:
            board.receiver.listen(node.wants_ear)
        return node.next_deadline_ms(now_ms)

    def _show(self, lamp: int, tone_hz: int) -> None:
        self.board.lamp_red.set(bool(lamp & RED))
        self.board.lamp_green.set(bool(lamp & GREEN))
        self.board.buzzer.set(tone_hz)

    def _listen(self, node: BedsideNode, ear: "Ear") -> None:
        is_more = True
        while is_more:
            portion = ear.read()
            node.hear(portion)
            is_more = portion.is_full


def _node(board: "BedsideBoard") -> BedsideNode:
    """Raises ConfigError where its settings cannot be, or give a signal to a key that the board has not."""
    node = BedsideNode(board.settings, board.store, board.receiver is not None)
    for name in node.key_names:
        if name not in board.keys:
            known = ", ".join(sorted(board.keys)) or "none of them"
            raise ConfigError(
                "settings", "signals." + name, "the board has no such key; of those named it has " + known
            )
    return node
