"""What a two-way node knows of its presses: sent, received, seen, or not received; and what it says again.

Each key's signal has its newest press only. What is answered stays known until the receiver says that it is over or a
reset has arrived, and as long as it is known the node's heartbeats ask how it stands: a receiver that is gone shows.
"""

from wardbell_firmware.bedside.lamp import DARK, NOT_RECEIVED, RECEIVED, SEEN, SENDING
from wardbell_firmware.bedside.life_sign import LIFE_SIGNS
from wardbell_firmware.bedside.schedule import TWO_WAY_MS, Draws
from wardbell_protocol.air import receipt
from wardbell_protocol.air.frame_slicer import FrameSlicer
from wardbell_protocol.calls.signals import HEARTBEAT, PRESENCE, RESET, URGENCY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.ear import Ear
    from wardbell_protocol.air.portion import Portion

ANSWER_WITHIN_MS = TWO_WAY_MS[-1] + 400
# A lost call is said again, a new press each time, from a quarter of a minute after it was given up on to a minute.
_AGAIN_LEAST_MS = 12000
_AGAIN_MOST_MS = 60000
ASKS_UNANSWERED = (
    4  # with a fifth of all frames lost both ways a receiver that is there misses 4 in 60 hours or so of asking
)

_STATE_OF = {receipt.RECEIVED: RECEIVED, receipt.COMING: SEEN, receipt.OVER: DARK}


class KnownPress:
    """The newest press of one signal."""

    def __init__(self, signal: str, counter: int, state: str, begun_ms: int) -> None:
        self.signal = signal
        self.counter = counter
        self.state = state
        self.begun_ms = begun_ms


class Answers:
    """Presses and edges in; the lamp's state, answered counters and signals to say again out."""

    def __init__(self, node_id: int, key: bytes, ear: "Ear") -> None:
        self._node_id = node_id
        self._key = key
        self._slicer = FrameSlicer(receipt.RECEIPT_SYNC, receipt.RECEIPT_BYTES, ear)
        self._known: list[KnownPress] = []
        self._ask: int | None = None
        self._n_unanswered = 0
        self._again_ms: int | None = None
        self._pause_ms = _AGAIN_LEAST_MS
        self._draws = Draws(node_id, 1)

    @property
    def state(self) -> str:
        """How the newest press stands that is not over."""
        return self._known[-1].state if self._known else DARK

    @property
    def signal(self) -> str:
        """What that press said."""
        return self._known[-1].signal if self._known else ""

    @property
    def is_open(self) -> bool:
        """Whether there is anything that an answer can still change."""
        return bool(self._known)

    def pressed(self, signal: str) -> None:
        """A key was pressed: behind a call no reset or presence is said again that was pressed before it."""
        if signal in URGENCY:
            self._known = [press for press in self._known if press.signal in URGENCY]

    def began(self, signal: str, counter: int, now_ms: int) -> None:
        """The first copy of a press has gone out."""
        if signal == HEARTBEAT:
            self._asked(counter, now_ms)
        elif signal not in LIFE_SIGNS:
            was = [press.state for press in self._known if press.signal == signal]
            is_again = was == [NOT_RECEIVED] and self._again_ms is None
            self._known = [press for press in self._known if _still_matters(press.signal, signal)]
            self._known.append(KnownPress(signal, counter, NOT_RECEIVED if is_again else SENDING, now_ms))
            if is_again:
                self._plan_again(now_ms)
            else:
                self._again_ms, self._pause_ms = None, _AGAIN_LEAST_MS

    def receive(self, portion: "Portion") -> "list[int]":
        """Take the next durations, which the ear has taken; returns the counters of presses that need no further copy."""
        answered = []
        for sliced in self._slicer.receive(portion):
            answered += self._answers(sliced.raw)
        return answered

    def poll(self, now_ms: int) -> str:
        """A signal to say again, or nothing."""
        for press in self._known:
            if press.state == SENDING and now_ms - press.begun_ms >= ANSWER_WITHIN_MS:
                press.state = NOT_RECEIVED
                self._plan_again(now_ms)
        if self._again_ms is not None and now_ms >= self._again_ms:
            self._again_ms = None
            lost = [press.signal for press in self._known if press.state == NOT_RECEIVED]
            return lost[-1] if lost else ""
        return ""

    def next_deadline_ms(self) -> "int | None":
        """When `poll` next has something to do."""
        times = [press.begun_ms + ANSWER_WITHIN_MS for press in self._known if press.state == SENDING]
        if self._again_ms is not None:
            times.append(self._again_ms)
        return min(times) if times else None

    def _asked(self, counter: int, now_ms: int) -> None:
        self._ask = counter
        if not [press for press in self._known if press.state in (RECEIVED, SEEN)]:
            return
        self._n_unanswered += 1
        if self._n_unanswered > ASKS_UNANSWERED:
            self._n_unanswered = 0
            for press in self._known:
                press.state = NOT_RECEIVED
            self._plan_again(now_ms)

    def _answers(self, raw: bytes) -> "list[int]":
        for press in self._known:
            answer = receipt.open_receipt(raw, self._key, self._node_id, press.counter)
            if answer is not None:
                self._is_answered(press, _STATE_OF[answer.state])
                return [press.counter]
        if self._ask is not None:
            answer = receipt.open_receipt(raw, self._key, self._node_id, self._ask)
            if answer is not None:
                self._all_stand(_STATE_OF[answer.state], self._ask)
        return []

    def _is_answered(self, press: KnownPress, state: str) -> None:
        self._n_unanswered = 0
        press.state = state
        if press.signal == RESET:
            self._known = []
        elif press.signal not in URGENCY or state == DARK:
            self._known.remove(press)
            if press.signal == PRESENCE:
                if state == SEEN and len(self._known) == 1:
                    self._known[0].state = SEEN  # it was heard, though its receipt was not
                self._all_stand(state, press.counter)
        if not [other for other in self._known if other.state == NOT_RECEIVED]:
            self._again_ms = None

    def _all_stand(self, state: str, asked: int) -> None:
        """The answer to a question, or to presence, is about all calls that were open when it was said."""
        self._n_unanswered = 0
        for press in self._known:
            if press.counter < asked and press.state in (RECEIVED, SEEN):
                press.state = state
        self._known = [press for press in self._known if press.state != DARK]

    def _plan_again(self, now_ms: int) -> None:
        self._again_ms = now_ms + self._pause_ms * 3 // 4 + self._draws.below(self._pause_ms // 16) * 8
        self._pause_ms = min(_AGAIN_MOST_MS, 2 * self._pause_ms)


def _still_matters(older: str, newer: str) -> bool:
    """A reset takes back what was said before it, and a call a reset that has not arrived."""
    return older != newer and newer != RESET and older in URGENCY
