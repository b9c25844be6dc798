"""The ward's desk: what a press, a key, a verb or a fault does to the calls. Pure; the journal decides whether it has happened.

`receive` and `poll` decide on a copy of the board and return the events. Once they are written, `keep` makes them so; a
desk that is asked anew without `keep` forgets them.
"""

import copy
from collections.abc import Iterable

from wardbell_gateway.ears import EarFold, Heard
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.calls.board import CallBoard, CallEvent, FaultGone, FaultRaised, Signal, Verb
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.escalation import EscalationPolicy
from wardbell_protocol.calls.signals import AT_RECEIVER, FAULT, KEY_WELL, PRESENCE, RESET
from wardbell_protocol.calls.station import Station, StationTable
from wardbell_protocol.errors import CallError

BY_RECEIVER = "receiver"


class KeyUsed:
    """The acknowledge key of a receiver: pressed (`acknowledge`) or held (`clear`), for the call that it showed."""

    def __init__(self, verb: str, station_id: str, kind: str, detail: str) -> None:
        self.verb = verb
        self.station_id = station_id
        self.kind = kind
        self.detail = detail


class WardDesk:
    """The calls of one ward, its stations, and what its ears heard lately.

    Args:
        board: folded from the journal.
        heard: presses of the last day out of the journal, oldest first.
    """

    def __init__(self, board: CallBoard, table: StationTable, heard: Iterable[Heard] = ()) -> None:
        self.board = board
        self.table = table
        self._trial = board
        self._heard: Heard | None = None
        self._ears = EarFold()
        for press in heard:
            self._ears.take(press)

    def set_registry(self, table: StationTable, policies: dict[str, EscalationPolicy]) -> None:
        """From now on by this table and these policies; open calls stay."""
        self.table = table
        self.board.policies = policies

    def resolve(self, heard: Heard) -> tuple[Station, str] | None:
        """Station and signal of a press, or None where nobody enrolled it."""
        if heard.frame is not None:
            return self.table.resolve_frame(heard.frame.node_id, heard.frame.event)
        word = CodeWord(heard.code)
        return self.table.resolve(word.hex, word.trits)

    def keyed_station(self, code: int) -> Station | None:
        """The station with a key whose words these were before it had one."""
        word = CodeWord(code)
        return self.table.keyed_station(word.hex, word.trits)

    def rang_since(self, heard: Heard) -> bool:
        """Whether an open call of its station was pressed after it was heard."""
        found = self.resolve(heard)
        return found is not None and any(
            call.last_press_at_ms > heard.at_ms
            for call in self.board.calls.values()
            if call.station_id == found[0].station_id and call.kind != FAULT
        )

    def receive(self, x: "Heard | KeyUsed | Verb | FaultRaised | FaultGone", at_ms: int) -> list[CallEvent]:
        """Decide what `x`, which happened at `at_ms`, does.

        Raises:
            CallError: a verb or key that the call does not allow.
        """
        self._begin()
        if isinstance(x, Heard):
            return self._press(x, at_ms)
        if isinstance(x, KeyUsed):
            return self._trial.receive(self._verb_of(x), at_ms)
        return self._trial.receive(x, at_ms)

    def poll(self, now_ms: int) -> list[CallEvent]:
        """Decide what the time does."""
        self._begin()
        return self._trial.poll(now_ms)

    def keep(self) -> None:
        """What was decided last is written: it has happened."""
        self.board = self._trial
        if self._heard is not None:
            self._ears.take(self._heard)
            self._heard = None

    def press_ended(self, ear: tuple[str, str], code: int, end_ms: int) -> None:
        """An ear says how long its press lasted."""
        self._ears.ended(ear, code, end_ms)

    def open_calls(self) -> list[Call]:
        """Open calls by priority, then age."""
        return self.board.open_calls()

    def _begin(self) -> None:
        self._heard = None
        self._trial = copy.copy(self.board)
        self._trial.calls = dict(self.board.calls)  # the board replaces calls, it never changes one

    def _press(self, heard: Heard, at_ms: int) -> list[CallEvent]:
        found = self.resolve(heard)
        if heard.frame is not None:
            is_same_press = heard.is_taken
        else:
            self._heard = heard
            is_same_press = self._ears.is_same_press(heard)
        if found is None or is_same_press or (heard.is_overtaken and found[1] in (RESET, PRESENCE, KEY_WELL)):
            return []
        return self._trial.receive(Signal(*found, is_authenticated=heard.frame is not None), at_ms)

    def _verb_of(self, key: KeyUsed) -> Verb:
        call = self._trial.find(key.station_id, key.kind, key.detail)
        if call is None:
            raise CallError(f"{key.station_id} {key.kind}", "not open")
        return Verb(key.verb, call.call_id, BY_RECEIVER, AT_RECEIVER)
