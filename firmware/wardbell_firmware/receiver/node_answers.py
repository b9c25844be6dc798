"""What a receiver with a transmitter tells its nodes: how the calls of their station stand, to each press and when it changes.

A receipt to a press says the least that is true of all open calls of its station; faults are none of the residents' calls.
"""

from wardbell_firmware.receiver.receipts import ReceiptQueue
from wardbell_protocol.air.receipt import COMING, OVER, RECEIVED
from wardbell_protocol.calls.board import EV_PLACED, EV_PRESSED_AGAIN
from wardbell_protocol.calls.call import CLEARED, PLACED
from wardbell_protocol.calls.signals import AT_BED, FAULT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.ear import Ear
    from wardbell_protocol.air.frame_press import FramePress
    from wardbell_protocol.air.portion import Portion
    from wardbell_protocol.calls.board import CallBoard, CallEvent
    from wardbell_protocol.calls.call import Call
    from wardbell_protocol.calls.station import Station, StationTable


class NodeAnswers:
    """Frames heard and calls changed in, receipts out."""

    def __init__(self, board: "CallBoard", ear: "Ear | None" = None) -> None:
        self.queue = ReceiptQueue(ear)
        self._board = board
        self._table: StationTable | None = None
        self._newest: dict[
            tuple[str, str], tuple[int, int]
        ] = {}  # (station, kind) -> node and counter of its newest press

    def pressed(self, found: "tuple[Station, str] | None", press: "FramePress", table: "StationTable") -> None:
        """A press was heard for the first time: its station and signal, where it has any."""
        if table is not self._table:
            self._table = table
            self.queue.use_keys(table.keys())
        if found is not None:
            self._newest[found[0].station_id, found[1]] = (press.node_id, press.counter)

    def receive(self, portion: "Portion", answerable: "list[tuple[int, int]]", now_ms: int) -> None:
        """Take the next durations, and the node id and counter of each true frame that ended in them and was heeded."""
        self.queue.hear(portion)
        for node_id, counter in answerable:
            station = self._table.station_of_node(node_id) if self._table is not None else None
            if station is not None:
                self.queue.answer(node_id, counter, self._stand(station.station_id), now_ms)

    def happened(self, events: "list[CallEvent]", now_ms: int) -> None:
        """Calls have changed. Presses and what was done at the bed have their own answers."""
        for event in events:
            node = self._newest.get((event.call.key[0], event.call.key[1]))
            if node is not None and event.kind not in (EV_PLACED, EV_PRESSED_AGAIN) and event.where != AT_BED:
                self.queue.tell(node[0], node[1], _stand_of(event.call), now_ms)

    def _stand(self, station_id: str) -> int:
        calls = [call for call in self._board.calls.values() if call.key[0] == station_id and call.key[1] != FAULT]
        return min([_stand_of(call) for call in calls]) if calls else OVER


def _stand_of(call: "Call") -> int:
    if call.status == CLEARED:
        return OVER
    return RECEIVED if call.status == PLACED else COMING
