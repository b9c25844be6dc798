"""When the receiver answers: a receipt for each copy of a press that it hears, and some unasked when a call changes.

A node stops repeating at the first receipt that it hears, so an answer to each copy costs little and a lost one is made
good by the next copy. While it sends, the receiver is deaf: it begins only when nobody else is on the air, and before a
node that has listened may (bedside/manners.py). Specification: protocol/spec/air.md, "Receipt".
"""

from wardbell_protocol.air.carrier import CarrierSense
from wardbell_protocol.air.receipt import Receipt, receipt_durations, seal_receipt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.ear import Ear
    from wardbell_protocol.air.portion import Portion

RECEIPT_MS = 21  # 20 ms of 150 µs chips, and the silence behind them
# A change is told that often, at times that no two receipts share with one node's copies for long: with a fifth of them
# lost all five are in 0.03 % of changes, and the node asks for itself (air/heartbeat.py).
TOLD_AFTER_MS = (0, 210, 530, 1170, 2310)

_ONCE_MORE_MS = 60
_SILENCE_US = 1000
_CLEAR_US = 1500  # no frame has a space that long
_LOOK_BUSY_MS = 3
_STALE_MS = 1500  # whoever waits for an answer that long has sent another copy
_MOST_WAITING = 64  # stations whose calls change at once; asked again, it is told again

# Below a tenth of the time on the air (ERC/REC 70-03, 433.05-434.79 MHz); ten nodes at once take half a second.
SHARE = 11
MOST_AHEAD_MS = 330000  # 30 s of air, then one part in eleven


class WaitingReceipt:
    """One receipt that is to be sent, from `at_ms` on."""

    def __init__(self, receipt: Receipt, at_ms: int) -> None:
        self.receipt = receipt
        self.at_ms = at_ms


class ReceiptQueue:
    """Presses heard and calls changed in; durations to send out. `ear`: shared with others, else it has its own."""

    def __init__(self, ear: "Ear | None" = None) -> None:
        self._carrier = CarrierSense(ear)
        self._keys: dict[int, bytes] = {}
        self._waiting: list[WaitingReceipt] = []
        self._answered: dict[int, int] = {}  # counter by node
        self._used_ms = 0  # when the allowance is whole again
        self._free_at_ms = 0
        self.n_dropped = 0

    def use_keys(self, keys: "dict[int, bytes]") -> None:
        """Key by node id, of all nodes that may be answered."""
        self._keys = keys

    def hear(self, portion: "Portion") -> None:
        """Take the next durations."""
        self._carrier.receive(portion)

    def answer(self, node_id: int, counter: int, state: int, now_ms: int) -> None:
        """A copy of a press was heard: say so, once."""
        for waiting in self._waiting:
            receipt = waiting.receipt
            if (receipt.node_id, receipt.counter) == (node_id, counter) and waiting.at_ms <= now_ms:
                receipt.state = state
                return
        self._add(Receipt(node_id, counter, state), now_ms)
        if self._answered.get(node_id) == counter:  # it has not heard the answer before
            self._add(Receipt(node_id, counter, state), now_ms + _ONCE_MORE_MS)
        self._answered[node_id] = counter

    def tell(self, node_id: int, counter: int, state: int, now_ms: int) -> None:
        """A call has changed that this press had placed: say so several times."""
        self._waiting = [
            waiting
            for waiting in self._waiting
            if (waiting.receipt.node_id, waiting.receipt.counter) != (node_id, counter)
        ]
        for after_ms in TOLD_AFTER_MS:
            self._add(Receipt(node_id, counter, state), now_ms + after_ms)

    def poll(self, is_sending: bool, now_ms: int) -> "list[int]":
        """The durations to send now, or none."""
        fresh = [waiting for waiting in self._waiting if now_ms - waiting.at_ms <= _STALE_MS]
        self.n_dropped += len(self._waiting) - len(fresh)
        self._waiting = fresh
        if is_sending or self._is_busy(now_ms) or self._used_ms - now_ms > MOST_AHEAD_MS:
            return []
        for waiting in self._waiting:
            if waiting.at_ms <= now_ms:
                self._waiting.remove(waiting)
                key = self._keys.get(waiting.receipt.node_id)
                if key is not None:
                    self._free_at_ms = now_ms + RECEIPT_MS
                    self._used_ms = max(self._used_ms, now_ms) + SHARE * RECEIPT_MS
                    return receipt_durations(seal_receipt(waiting.receipt, key)) + [_SILENCE_US]
        return []

    def next_deadline_ms(self, now_ms: int) -> "int | None":
        """When `poll` next has something to do."""
        if not self._waiting:
            # A frame that goes on now may be one to be answered at its end.
            return now_ms + _LOOK_BUSY_MS if self._is_busy(now_ms) else None
        first_ms = min([waiting.at_ms for waiting in self._waiting])
        return max(first_ms, self._free_at_ms, now_ms + _LOOK_BUSY_MS)

    def _is_busy(self, now_ms: int) -> bool:
        return self._carrier.is_busy(self._carrier.ear.us(now_ms), _CLEAR_US)

    def _add(self, receipt: Receipt, at_ms: int) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            self.n_dropped += 1
            return
        self._waiting.append(WaitingReceipt(receipt, at_ms))
