"""The ward's authority: each change is decided at the desk, written to the journal, and only then told.

All that happens to a ward meets here under one lock, whichever thread it comes from: serial lines, the bus, the clock.
"""

import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

from wardbell_gateway import announcements
from wardbell_gateway.desk import KeyUsed, WardDesk
from wardbell_gateway.ears import KEEP_MS, FrameId, Heard
from wardbell_gateway.journal import Entry, FrameMark, Journal, JournalError, Mark, Publication
from wardbell_gateway.registry import Registry
from wardbell_gateway.station_watch import StationWatch
from wardbell_gateway.walk_test import FAULT_DETAIL, FAULT_PART, WalkTest
from wardbell_protocol.air.frame import BATTERY_UNKNOWN
from wardbell_protocol.air.key_mark import key_mark
from wardbell_protocol.air.refusals import BARE, RefusalWatch
from wardbell_protocol.bus.payloads import CallState, Command, Reply, WardEvent, WardSnapshot, decode
from wardbell_protocol.calls.board import CallBoard, CallEvent, FaultGone, FaultRaised, Verb
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.signals import AT_BED, AT_CONSOLE, BY_TEST, FAULT, HEARTBEAT, TEST
from wardbell_protocol.errors import CallError

log = logging.getLogger("wardbell.gateway")

VERBS = ("acknowledge", "attend", "clear")
LATE_MS = 10_000  # a verb that waited longer, at a broker while we were away, was said of what was known then
MAX_HISTORY = 500  # events; a reply that outgrows what the broker takes would break the connection again and again


class Now(NamedTuple):
    """One moment on two clocks: UNIX ms, which people may set, and ms since some start, which nobody can."""

    unix_ms: int
    up_ms: int


OnChange = Callable[[list[CallEvent], Now], None]


class Ward:
    """See the module's text. Methods that write raise JournalError, and then nothing has happened."""

    def __init__(self, registry: Registry, journal: Journal, now: Now) -> None:
        self.lock = threading.RLock()
        self.registry = registry
        self.journal = journal
        self.is_journal_well = True
        self.on_change: list[OnChange] = []
        self.on_follower: list[Callable[[str, str, int, Now], None]] = []  # a part follows our events: part, epoch, seq
        self.on_reception: list[Callable[[Publication], None]] = []
        self.on_registry: list[Callable[[Now], None]] = []
        self.name = registry.ward
        board = CallBoard(f"{registry.ward}-{journal.epoch}", registry.policies)
        for event in journal.open_events():
            board.apply(event)
        marks = journal.presses_since(now.unix_ms - KEEP_MS)
        heard = [Heard((mark.ear, mark.epoch), mark.code, mark.at_ms) for mark in marks]
        self._desk = WardDesk(board, registry.table(), heard)
        self._key_marks = _key_marks(registry)
        self.refusals = RefusalWatch()
        self.walk = WalkTest()
        self.wants_chain_test = False  # somebody has asked for one
        self._test_call: tuple[str, int] | None = None  # a node's: station, UNIX ms
        self.stations = StationWatch(journal.stations())
        self.stations.set_stations(registry.stations)

    def open_calls(self) -> list[Call]:
        """Open calls by priority, then age."""
        return self._desk.open_calls()

    def find(self, call_id: str) -> Call | None:
        """The open call of that id."""
        return self._desk.board.calls.get(call_id)

    def hear(self, mark: Mark, now: Now) -> list[CallEvent] | None:
        """Take a press in bare words that an ear reports; the same report again does nothing.

        Returns what it did to the calls; None where it was a heartbeat, which is no business of theirs.
        """
        with self.lock:
            if self.journal.has_heard(mark.ear, mark.epoch, mark.seq):
                return []
            heard = Heard((mark.ear, mark.epoch), mark.code, mark.at_ms)
            # Two ears' clocks differ; only what waited for its host can have been overtaken.
            heard.is_overtaken = now.unix_ms - mark.at_ms > LATE_MS and self._desk.rang_since(heard)
            if self._note_station(heard, BATTERY_UNKNOWN) == HEARTBEAT:
                return None  # too many to be kept
            events = self._pressed(heard, mark.at_ms, now)
            keyed = self._desk.keyed_station(mark.code)
            if keyed is not None:
                self.refusals.refused(keyed.station_id, BARE, now.up_ms)
            is_unknown = keyed is None and self._desk.resolve(heard) is None
            self._write(Entry(events=events, mark=mark, is_unknown=is_unknown), now)
            self._answer_tests(events, mark.at_ms, now)
            return events

    def hear_frame(
        self, mark: Mark, frame: FrameId, now: Now, battery: int = BATTERY_UNKNOWN, key_mark: str = ""
    ) -> list[CallEvent] | None:
        """Take a press in a frame that an ear has verified; the same frame again, from whatever ear, does nothing.

        `key_mark`: of the key that the ear had for it, which may have been replaced since; empty: the present one's.
        Returns as `hear` does.
        """
        with self.lock:
            if self.journal.has_heard(mark.ear, mark.epoch, mark.seq):
                return []
            present_mark = self._key_marks.get(frame.node_id, "")
            taken = FrameMark(frame.node_id, key_mark or present_mark, frame.counter)
            is_taken = self.journal.has_frame(taken)
            is_overtaken = self.journal.newest_counter(taken) > frame.counter
            heard = Heard((mark.ear, mark.epoch), mark.code, mark.at_ms, frame, is_taken, is_overtaken)
            if self._note_station(heard, battery) == HEARTBEAT:
                return None
            events = self._pressed(heard, mark.at_ms, now)
            if present_mark:
                self._write(Entry(events=events, mark=mark, frame=taken), now)
                self._answer_tests(events, mark.at_ms, now)
            else:
                self._write(Entry(mark=mark, unknown_node=frame.node_id), now)
            return events

    def hear_unknown_node(self, mark: Mark, node_id: int, now: Now) -> None:
        """Count frames of a node that an ear has no key for; the same report again does nothing."""
        with self.lock:
            if not self.journal.has_heard(mark.ear, mark.epoch, mark.seq):
                self._write(Entry(mark=mark, unknown_node=node_id), now)

    def heard_well(self, heard: Heard, quality: int, copies: int, label: str) -> None:
        """How well an ear has heard that press or heartbeat, 0..100, and how many words or copies of its frame."""
        with self.lock:
            found = self._desk.resolve(heard)
            if found is None:
                return
            quality = max(0, min(100, quality))
            self.stations.heard_well(found[0].station_id, quality, heard.ear)
            for tell in self.on_reception:
                tell(announcements.of_reception(self.name, label, found, heard, copies, quality))

    def take_test_call(self) -> tuple[str, int] | None:
        """The newest test call of a node that has come since the last time, if any: its station, and when, UNIX ms."""
        with self.lock:
            taken, self._test_call = self._test_call, None
            return taken

    def keep_stations(self) -> None:
        """Write what is newly known of the stations' radios."""
        with self.lock:
            known, forgotten = self.stations.take_changed()
            if not known and not forgotten:
                return
            try:
                self.journal.keep_stations(known, forgotten)
            except JournalError:
                self.stations.untake(known, forgotten)
                raise

    def press_ended(self, ear: tuple[str, str], code: int, end_ms: int) -> None:
        """An ear says how long its press lasted."""
        with self.lock:
            self._desk.press_ended(ear, code, end_ms)

    def key(self, key: KeyUsed, mark: Mark, now: Now) -> list[CallEvent]:
        """Take the key of a receiver; one that the call does not allow does nothing."""
        with self.lock:
            if self.journal.has_heard(mark.ear, mark.epoch, mark.seq):
                return []
            try:
                call = self._desk.board.find(key.station_id, key.kind, key.detail)
                _check_not_overtaken(call, mark.at_ms, now)
                events = self._desk.receive(key, mark.at_ms)
            except CallError as error:
                log.info("receiver's key: %s", error)
                events = []
            self._write(Entry(events=events, mark=mark), now)
            return events

    def command(self, command: Command, now: Now) -> None:
        """Do a command of the bus once and put its reply into the outbox; the same one again gets the same reply."""
        with self.lock:
            known = self.journal.answer_to(command.command_id)
            if known is not None:
                reply = announcements.of_reply(self.name, command.reply_to, decode(known, Reply))
                self._write(Entry(publications=[reply]), now)
                return
            events, answer = self._do(command, now)
            reply = announcements.of_reply(self.name, command.reply_to, answer)
            self._write(Entry(events=events, answer=(command.command_id, reply.payload), publications=[reply]), now)

    def history(self, command: Command) -> Publication:
        """The reply to `history`: the events of that call, open or long cleared."""
        with self.lock:
            events = self._events_of(command.call_id)
        reason = "" if events else f"call {command.call_id}: not in the journal"
        reply = Reply(command_id=command.command_id, ok=bool(events), reason=reason, events=events)
        return announcements.of_reply(self.name, command.reply_to, reply)

    def snapshot(self, now: Now) -> WardSnapshot:
        """All that is known, as of the newest event."""
        with self.lock:
            return WardSnapshot(
                epoch=self.journal.epoch,
                seq=self.journal.last_seq(),
                at_ms=now.unix_ms,
                ward=announcements.ward_info(self.registry),
                calls=[CallState.of(self.name, call) for call in self.open_calls()],
            )

    def judge(self, faults: dict[tuple[str, str], bool], now: Now) -> None:
        """Show the faults that are, and take away those that are no more."""
        with self.lock:
            shown = {(call.station_id, call.detail) for call in self._desk.board.calls.values() if call.kind == FAULT}
            for (part, detail), is_bad in faults.items():
                if ((part, detail) in shown) != is_bad:
                    station = self._desk.table.stations.get(part)
                    x = FaultRaised(part, detail, station) if is_bad else FaultGone(part, detail)
                    self._write(Entry(events=self._desk.receive(x, now.unix_ms)), now)

    def poll(self, now: Now) -> None:
        """Do what the time asks for."""
        with self.lock:
            if self._desk.board.is_due(now.unix_ms):
                self._write(Entry(events=self._desk.poll(now.unix_ms)), now)
            for call_id in self.walk.poll(now.up_ms):
                self._clear_test(call_id, now)
            self.judge({(FAULT_PART, FAULT_DETAIL): self.walk.is_on}, now)

    def set_registry(self, registry: Registry, now: Now) -> None:
        """Another registry is in force."""
        with self.lock:
            self.registry = registry
            self._desk.set_registry(registry.table(), registry.policies)
            self._key_marks = _key_marks(registry)
            self.stations.set_stations(registry.stations)
            for tell in self.on_registry:
                tell(now)

    def _do(self, command: Command, now: Now) -> tuple[list[CallEvent], Reply]:
        if command.verb == "test_start":
            return [], self._start_round(command, now)
        if command.verb == "test_stop":
            return [], self._stop_round(command)
        if command.verb == "self_test":
            self.wants_chain_test = True
            return [], Reply(command_id=command.command_id, ok=True)
        if command.verb not in VERBS:
            return [], Reply(command_id=command.command_id, ok=False, reason=f"{command.verb} is not a ward's verb")
        verb = Verb(command.verb, command.call_id, command.by, AT_CONSOLE)
        try:
            _check_not_overtaken(self.find(command.call_id), command.at_ms, now)
            events = self._desk.receive(verb, now.unix_ms)
        except CallError as error:
            return [], Reply(command_id=command.command_id, ok=False, reason=str(error))
        return events, Reply(command_id=command.command_id, ok=True)

    def _start_round(self, command: Command, now: Now) -> Reply:
        strange = sorted(set(command.rooms) - {station.room for station in self.registry.stations})
        reason = f"no station is in room {', '.join(strange)}" if strange else ""
        if now.unix_ms - command.at_ms > LATE_MS:  # whoever was to walk has been told that nobody answers
            reason = (
                "it was asked for too long ago; ask again, and if that does not help compare both computers' clocks"
            )
        if not reason:
            self.walk.start(command.by, command.rooms, command.for_s * 1000, now.up_ms)
        return Reply(command_id=command.command_id, ok=not reason, reason=reason)

    def _stop_round(self, command: Command) -> Reply:
        """The calls that were taken for tests, also of a round that has ended by itself."""
        if not self.walk.is_on and not self.walk.tested:
            reason = "no test round is on; if the gateway has started anew, presses since then were calls"
            return Reply(command_id=command.command_id, ok=False, reason=reason)
        self.walk.stop()
        tests = [self._events_of(call_id)[0] for call_id in self.walk.tested[-MAX_HISTORY:]]
        return Reply(command_id=command.command_id, ok=True, events=tests)

    def _pressed(self, heard: Heard, at_ms: int, now: Now) -> list[CallEvent]:
        """What a press does; a test that is pressed again is over, and the press a call."""
        events = self._desk.receive(heard, at_ms)
        again = self.walk.pressed_again(events)
        for call_id in again:
            self._clear_test(call_id, now)
        return self._desk.receive(heard, at_ms) if again else events

    def _answer_tests(self, events: list[CallEvent], pressed_at_ms: int, now: Now) -> None:
        pressed_ms = now.up_ms - max(0, now.unix_ms - pressed_at_ms)
        for call in self.walk.tests_of(events, pressed_ms, now.up_ms):
            verb = Verb("acknowledge", call.call_id, self._tester, AT_BED)
            self._write(Entry(events=self._desk.receive(verb, now.unix_ms)), now)

    def _clear_test(self, call_id: str, now: Now) -> None:
        call = self.find(call_id)  # None: somebody has pressed reset, which is a test as well
        if call is not None and call.acknowledged_by.startswith(BY_TEST) and call.attended_by in ("", call.place):
            # else somebody at a console has taken it for a call
            verb = Verb("clear", call_id, self._tester, AT_BED)
            self._write(Entry(events=self._desk.receive(verb, now.unix_ms)), now)
        self.walk.over(call_id)

    @property
    def _tester(self) -> str:
        return f"{BY_TEST} {self.walk.by}"

    def _note_station(self, heard: Heard, battery: int) -> str:
        """Note that a station was heard; the signal, "" where nobody enrolled it."""
        found = self._desk.resolve(heard)
        if found is None:
            return ""
        counter = heard.frame.counter if heard.frame is not None else 0
        self.stations.heard(found[0].station_id, found[1], heard.at_ms, battery, heard.ear, counter)
        if found[1] == TEST:
            self._test_call = found[0].station_id, heard.at_ms
        return found[1]

    def _events_of(self, call_id: str) -> list[WardEvent]:
        found = self.journal.events_of(call_id, MAX_HISTORY)
        return [announcements.ward_event(self.name, self.journal.epoch, seq, event) for seq, event in found]

    def _write(self, entry: Entry, now: Now) -> None:
        try:
            self.journal.write(entry, self._publications, now.unix_ms)
        except JournalError as error:
            if self.is_journal_well:
                log.error("nothing can be taken: %s", error)
            self.is_journal_well = False
            raise
        if not self.is_journal_well:
            log.warning("the journal can be written again")
        self.is_journal_well = True
        if entry.unknown_node is None and (entry.events or entry.mark is not None):
            self._desk.keep()
        for tell in self.on_change:
            tell(entry.events, now)

    def _publications(self, seq: int, event: CallEvent) -> list[Publication]:
        return announcements.of_event(self.name, self.journal.epoch, seq, event)


def _key_marks(registry: Registry) -> dict[int, str]:
    return {node_id: key_mark(key) for node_id, key in registry.table().keys().items()}


def _check_not_overtaken(call: Call | None, said_at_ms: int, now: Now) -> None:
    """A verb or key must not take away a press that whoever used it could not know of."""
    if call is None or now.unix_ms - said_at_ms <= LATE_MS:
        return
    if max(call.last_press_at_ms, call.raised_at_ms) > said_at_ms:
        raise CallError(call.call_id, "rang again since")
