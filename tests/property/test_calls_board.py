"""The call board against a model so simple that it can be read at a glance."""

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from wardbell_protocol.calls.board import CallBoard, CallEvent, FaultGone, FaultRaised, Signal, Verb
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.signals import FAULT, KINDS, NORMAL, ORIGIN_ONLY, PRIORITY, SIGNALS
from wardbell_protocol.calls.station import Station
from wardbell_protocol.errors import CallError

STATIONS = [Station(f"s{n}", str(n), "", clear_at=("bed", "console") if n % 2 else ("bed",)) for n in range(4)]
RERAISE_MS = {"acknowledged": 180_000, "attended": 900_000}

Key = tuple[str, str, str]

NAMED = {"low_battery": FAULT, "key_fault": FAULT, "unplugged": NORMAL}


class BoardAgainstModel(RuleBasedStateMachine):
    """The model: open call -> [status, placed, presses, since when it has that status, rounds, authenticated]."""

    def __init__(self) -> None:
        super().__init__()
        self.board = CallBoard("m", default_policies())
        self.model: dict[Key, list[object]] = {}
        self.journal: list[CallEvent] = []
        self.now_ms = 0

    @rule(ms=st.sampled_from([1, 1_000, 30_000, 179_999, 180_000, 900_000]))
    def time_passes(self, ms: int) -> None:
        self.now_ms += ms
        self.journal += self.board.poll(self.now_ms)
        for key, call in self.model.items():
            limit = RERAISE_MS.get(str(call[0]))
            if key[1] != FAULT and limit is not None and self.now_ms >= int(str(call[3])) + limit:
                call[0], call[3], call[4] = "placed", self.now_ms, int(str(call[4])) + 1

    @rule(station=st.sampled_from(STATIONS), signal=st.sampled_from(SIGNALS), is_frame=st.booleans())
    def signal_is_heard(self, station: Station, signal: str, is_frame: bool) -> None:
        self.journal += self.board.receive(Signal(station, signal, is_frame), self.now_ms)
        mine = [key for key in self.model if key[0] == station.station_id and key[1] != FAULT]
        if signal == "reset":
            for key in mine:
                del self.model[key]
        elif signal == "presence":
            for key in mine:
                if self.model[key][0] != "attended":
                    self.model[key][0], self.model[key][3] = "attended", self.now_ms
        elif signal == "key_well":
            self.model.pop((station.station_id, FAULT, "key_fault"), None)
        elif signal in PRIORITY or signal in NAMED:
            kind, detail = (NAMED[signal], signal) if signal in NAMED else (signal, "")
            new = ["placed", self.now_ms, 0, self.now_ms, 0, False]
            call = self.model.setdefault((station.station_id, kind, detail), new)
            call[2], call[5] = int(str(call[2])) + 1, call[5] or is_frame

    @rule(
        verb=st.sampled_from(["acknowledge", "attend", "clear"]),
        pick=st.integers(0, 9),
        where=st.sampled_from(["receiver", "console"]),
    )
    def somebody_does(self, verb: str, pick: int, where: str) -> None:
        calls = self.board.open_calls()
        if not calls:
            return
        call = calls[pick % len(calls)]
        status = self.model[call.key][0]
        allowed = {"acknowledge": status == "placed", "attend": status in ("placed", "acknowledged")}.get(verb)
        if allowed is None:
            odd = int(call.station_id[1:]) % 2 == 1 if call.station_id.startswith("s") else False
            allowed = call.kind == FAULT or (call.kind not in ORIGIN_ONLY and where == "console" and odd)
        try:
            self.journal += self.board.receive(Verb(verb, call.call_id, "Anna", where), self.now_ms)
        except CallError:
            assert not allowed
            return
        assert allowed
        if verb == "clear":
            del self.model[call.key]
        else:
            self.model[call.key][0] = {"acknowledge": "acknowledged", "attend": "attended"}[verb]
            self.model[call.key][3] = self.now_ms

    @rule(part=st.sampled_from(["broker", "radio"]), is_gone=st.booleans())
    def a_part_fails_or_is_mended(self, part: str, is_gone: bool) -> None:
        key = (part, FAULT, "down")
        self.journal += self.board.receive(
            FaultGone(part, "down") if is_gone else FaultRaised(part, "down"), self.now_ms
        )
        if is_gone:
            self.model.pop(key, None)
        else:
            self.model.setdefault(key, ["placed", self.now_ms, 1, self.now_ms, 0, True])

    @invariant()
    def no_call_is_lost_or_invented(self) -> None:
        found = {c.key: [c.status, c.placed_at_ms, c.presses, c.loop, c.authenticated] for c in self.board.open_calls()}
        assert found == {key: [c[0], c[1], c[2], c[4], c[5]] for key, c in self.model.items()}

    @invariant()
    def calls_stand_by_priority_then_age(self) -> None:
        order = [(KINDS.index(c.kind), c.placed_at_ms) for c in self.board.open_calls()]
        assert order == sorted(order)

    @invariant()
    def the_deadline_does_not_lie(self) -> None:
        times = [
            int(str(c[3])) + RERAISE_MS[str(c[0])]
            for key, c in self.model.items()
            if key[1] != FAULT and str(c[0]) in RERAISE_MS
        ]
        assert self.board.next_deadline_ms() == (min(times) if times else None)

    @invariant()
    def the_journal_alone_gives_the_same_board(self) -> None:
        again = CallBoard("m", default_policies())
        for event in self.journal:
            again.apply(CallEvent.from_record(json.loads(json.dumps(event.to_record()))))
        assert again.open_calls() == self.board.open_calls()


TestBoardAgainstModel = BoardAgainstModel.TestCase
TestBoardAgainstModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
