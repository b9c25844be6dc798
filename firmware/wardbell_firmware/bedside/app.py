"""The bed node's wiring: keys and ear to the node, the node's wishes to radio, lamp and sounder."""

from wardbell_firmware.bedside.node import BedsideNode
from wardbell_protocol.air.frame import BATTERY_UNKNOWN, battery_level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import BedsideBoard, PulseSource


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
        supply_mv = board.battery.millivolts()
        node.supply.level = BATTERY_UNKNOWN if supply_mv is None else battery_level(supply_mv)
        durations = node.poll(board.radio.is_sending(), now_ms)
        if durations:
            board.radio.send(durations)
        board.assurance_lamp.set(node.is_lamp_on)
        board.buzzer.set(node.tone_hz)
        return node.next_deadline_ms(now_ms)

    def _listen(self, ear: "PulseSource") -> None:
        is_more = True
        while is_more:
            portion = ear.read()
            self.node.hear(portion)
            is_more = portion.is_full
