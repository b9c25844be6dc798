"""The call centre's rules at work: which steps count, which contacts they open, who is asked, who has them, what is due.

It knows the wards through their mirrors and the house through its document, and keeps everything else in the store.
Rules: callcenter/README.md.
"""

import logging

from wardbell_bus.ladder import Ladder, Rung, StepKey
from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.clock import Now
from wardbell_callcenter.engine import calls, offering, opening, shifts, wards
from wardbell_callcenter.engine.absences import Absences
from wardbell_callcenter.engine.alarms import Alarms
from wardbell_callcenter.engine.histories import history
from wardbell_callcenter.engine.snapshots import snapshot
from wardbell_callcenter.engine.stumbles import Stumbles, is_of_the_database
from wardbell_callcenter.engine.timers import Timers
from wardbell_callcenter.engine.transactions import Transactions
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.engine.verbs import obey
from wardbell_callcenter.engine.wards import OURSELVES
from wardbell_callcenter.house import House
from wardbell_callcenter.houses import CLOSED, CLOSED_SAID
from wardbell_callcenter.people import presence
from wardbell_callcenter.people.door import Door, not_at_his_seat
from wardbell_callcenter.people.permissions import may, person
from wardbell_callcenter.routing.adviser import Adviser
from wardbell_callcenter.store.delivery_rows import Delivery
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.reply_rows import Answer, said_by
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import AgentState, CentreReply, CentreSnapshot, StepTaken
from wardbell_protocol.bus.payloads import CallState, Command, Reply

log = logging.getLogger("wardbell.callcenter")

REPLY_KEPT_MS = 24 * 3600 * 1000
FORGET_EVERY_MS = 60_000
STEPS_AT_ONCE = 100
LOOK_AHEAD_MS = 250
ANOTHERS = "not done: another command had this command_id; take a new one for each"


class Engine:
    """Takes commands, what the wards show, and time; says nothing by itself: outbox and deliveries do.

    Every method is one transaction, or several of which each is complete.
    """

    def __init__(self, store: Store, ward_mirrors: WardMirrors, adviser: Adviser | None = None) -> None:
        self._store = store
        self._adviser = adviser
        self._stumbles = Stumbles()
        self._transactions = Transactions(store, adviser, self._stumbles)
        self._timers = Timers(store, self._transactions, self._stumbles)
        self._wards = ward_mirrors
        self._ladder = Ladder(ward_mirrors.mirrors)
        self._absences = Absences(ward_mirrors)
        self._alarms = Alarms(store, self._transactions, self._stumbles)
        self.door = Door()
        self._peopled_by: House | None = None  # the house by which all who are signed in may be
        self._forgot_at_ms = 0
        self.idle_ms = 0  # how long nothing will be due, after a poll, if nothing happens
        with store.reading() as ledger:
            steps = ledger.steps.open()
            self._transactions.look(ledger)
            self._ward_of = {step.call_id: step.ward for step in steps} | ledger.contacts.open_call_ids()
        # A copy of what the store holds of open calls, so that an idle watcher need not ask it. The store decides.
        self._taken = {(step.call_id, step.step, step.loop) for step in steps}
        self._over: set[StepKey] = set()

    @property
    def house(self) -> House:
        """As the last transaction saw it."""
        return self._transactions.house

    def house_in(self, ledger: Ledger) -> House:
        """As it is in that transaction, on any thread."""
        return self._transactions.newest_house(ledger)

    def faults(self) -> tuple[str, ...]:
        """For the life sign: what cannot be read, and is stood in for; which buttons are muted."""
        house = ("house",) if self._transactions.is_house_unreadable else ()
        engine = ("engine",) if self._timers.has_stumbled or self._stumbles else ()
        policies = tuple(f"policies-{ward}" for ward in sorted(self._ladder.unreadable))
        hook = self._adviser.faults() if self._adviser is not None else ()
        return house + engine + policies + hook + tuple(f"muted-{place}" for place in self._transactions.muted)

    def receive(self, command: Command, now: Now) -> Reply:
        """Do what a command says, once.

        Raises:
            StoreError: nothing was done.
        """
        return self.turned_away(command, now) or self.serve(command, now)

    def turned_away(self, command: Command, now: Now) -> Reply | None:
        """The answer to somebody who signs in with another secret than his. Changes nothing here but what the door knows.

        Trying a secret takes its time: whoever keeps others waiting asks this first, on any thread, and then `serve`.

        Raises:
            StoreError: the database does not say.
        """
        if command.verb != "sign_in":
            return None
        with self._store.reading() as ledger:
            known = ledger.replies.get(command.command_id)
            if known is not None and known.said == said_by(command):  # of another one's it may be forgotten by `serve`
                return None
            house = self._transactions.newest_house(ledger)
        refusal = (
            CLOSED_SAID if house is CLOSED else self.door.refusal(house, command.by, command.secret, now.steady_ms)
        )
        return _reply(command, refusal) if refusal else None

    def serve(self, command: Command, now: Now, is_of_a_seat: bool = False) -> Reply:
        """`receive`, of somebody who was not turned away. `is_of_a_seat`: nothing but its `by` says who speaks."""
        try:
            if command.verb == "step":  # unique by itself, so that it needs no memory of the command
                return _reply(command, self._step(command, now))
            if command.verb == "history":
                return self._tell_history(command, is_of_a_seat)
            return self._obey(command, now, is_of_a_seat)
        except Exception as error:
            if is_of_the_database(error):
                raise
            log.exception("stumbled over %s of %s", command.verb, command.by)
            return _reply(command, f"not done: {error}"[:256])

    def _tell_history(self, command: Command, is_of_a_seat: bool) -> Reply:
        with self._store.reading() as ledger:
            house = self._transactions.newest_house(ledger)
            why = _not_believed(ledger, house, command) if is_of_a_seat else ""
            return _reply(command, why) if why else history(ledger, house, command)

    def _obey(self, command: Command, now: Now, is_of_a_seat: bool) -> Reply:
        def work(turn: Turn) -> Reply:
            said = said_by(command)
            known = turn.ledger.replies.get(command.command_id)
            if known is not None:
                return known.reply if known.said in ("", said) else _reply(command, ANOTHERS)
            why = _not_believed(turn.ledger, turn.house, command) if is_of_a_seat else ""
            if why:  # not kept: once he sits there, the same command is his
                return _reply(command, why)
            reply = obey(turn, command)
            self._forget_replies(turn)
            turn.ledger.replies.keep(Answer(reply, said), now.wall_ms)
            return reply

        return self._transactions.isolated(work, now)

    def _forget_replies(self, turn: Turn) -> None:
        if abs(turn.now.wall_ms - self._forgot_at_ms) >= FORGET_EVERY_MS:
            turn.ledger.replies.forget(turn.now.wall_ms - REPLY_KEPT_MS)
            self._forgot_at_ms = turn.now.wall_ms

    def follow(self, call: CallState, now: Now) -> None:
        """A ward shows this call. Once cleared it is over for good, however old the news is.

        Raises:
            StoreError: nothing was done.
        """
        if call.call_id not in self._ward_of:
            return

        def work(turn: Turn) -> None:
            found = turn.know(turn.ledger.contacts.open_of_call(call.call_id))
            for contact in found:
                if contact.call != call:
                    wards.show_call(turn, contact, call)
            if call.status == "cleared":
                turn.ledger.steps.close(call.call_id)
            elif not found:
                opening.open_anew(turn, call)

        try:
            self._transactions.isolated(work, now)
        except Exception as error:  # not taken, it would come again for ever, and nothing that is behind it
            self._stumbles.note(call.call_id, error, now)
            return
        if call.status == "cleared":
            self._forget(call.call_id)

    def follow_ward(self, ward: str, now: Now) -> None:
        """A snapshot of that ward has come: catch up with it."""
        mirror = self._wards.of(ward)
        for call in list(mirror.calls.values()) if mirror is not None else []:
            self.follow(call, now)

    def poll(self, now: Now) -> bool:
        """Do what is due: timers, wards' steps that nobody sent, and calls that their wards no longer have.

        Returns:
            True when more is due than one turn takes: poll again, when those who wait have had theirs.
        """
        is_more = self._timers.run(now)
        self._sign_out_strangers(now)
        self._alarms.look(now)
        self._stumbles.forget_old(now)
        untaken = self._ladder.untaken(self._taken, now.wall_ms + LOOK_AHEAD_MS)
        self._over &= {rung.due.key for rung in untaken}  # nobody asks for the others any more
        rungs = [
            rung
            for rung in untaken
            if rung.due.key not in self._over and not self._stumbles.is_left_alone(rung.due.key, now)
        ]
        overdue = [rung for rung in rungs if rung.due.due_at_ms <= now.wall_ms]
        self._take_some(overdue[:STEPS_AT_ONCE], now)
        for call_id in self._absences.lasting(self._ward_of, now):
            if not self._stumbles.is_left_alone(call_id, now):
                self._close_absent(call_id, now)
        later_ms = [rung.due.due_at_ms - now.wall_ms for rung in rungs[len(overdue) :][:1]]
        timer_ms = self._timers.next_in_ms(now)
        self.idle_ms = min([LOOK_AHEAD_MS, *later_ms, *([] if timer_ms is None else [timer_ms])])
        return is_more or len(overdue) > STEPS_AT_ONCE

    def heed_advice(self, now: Now) -> None:
        """The house's own program has answered, or cannot: go on with what waited for it."""
        answered = self._adviser.take_answered() if self._adviser is not None else set()
        if answered:
            self._transactions.isolated(lambda turn: turn.to_ask.update(answered), now)

    def next_deadline_ms(self) -> int | None:
        """When the next step of a ward's call is due, UNIX ms."""
        rungs = self._ladder.untaken(self._taken)
        return rungs[0].due.due_at_ms if rungs else None

    def agents(self, now: Now) -> list[AgentState]:
        """Who is signed in."""
        with self._store.reading() as ledger:
            return presence.states(ledger, now)

    def seats(self) -> list[tuple[str, str]]:
        """Name and seat of everybody who is signed in."""
        return [(agent.agent, agent.seat) for agent in self._store.people()]

    def seat_lost(self, name: str, now: Now) -> None:
        """That agent's console is silent: what rings for him rings for others."""
        self._is_gone(name, shifts.SEAT_LOST, now)

    def _sign_out_strangers(self, now: Now) -> None:
        """Whoever the house does not know any more may answer nothing: nobody is to wait for him."""
        house = self.house
        if house is self._peopled_by:
            return
        refusals = {name: may(person(house, name), name, "sign_in") for name, _ in self.seats()}
        gone = [self._is_gone(name, refusal, now) for name, refusal in refusals.items() if refusal]
        if all(gone):
            self._peopled_by = house

    def _is_gone(self, name: str, reason: str, now: Now) -> bool:
        """Sign him out; False: it cannot be done yet."""
        if self._stumbles.is_left_alone(name, now):
            return False
        try:
            self._transactions.isolated(lambda turn: shifts.is_gone(turn, name, reason), now)
        except Exception as error:
            self._stumbles.note(name, error, now)
            return False
        return True

    def offer_failed(self, ledger: Ledger, delivery: Delivery, why: str, now: Now, asks_later: bool = False) -> None:
        """In the transaction of a courier who gives an offer up: whoever comes next is asked, or is by the timers."""
        with self._transactions.turn_within(ledger, now, asks_later) as turn:
            offering.failed(turn, delivery.offer_id, why)

    def position(self) -> tuple[str, int]:
        """Epoch, and number of the last event."""
        with self._store.reading() as ledger:
            return ledger.position()

    def snapshot(self, now: Now, client: str = "") -> CentreSnapshot:
        """All that is open, for that client."""
        with self._store.reading() as ledger:
            return snapshot(ledger, self.house, now, client)

    def publish_open_contacts(self, now: Now) -> None:
        """A broker may have lost what it retained: have it told again, behind all that waits already."""
        with self._store.writing() as ledger:
            ledger.publish_contacts(ledger.contacts.open(), now)

    def is_open(self, contact_id: str) -> bool:
        """Whether that contact is ours and not closed."""
        with self._store.reading() as ledger:
            contact = ledger.contacts.get(contact_id)
        return contact is not None and contact.is_open

    def _step(self, command: Command, now: Now) -> str:
        key = (command.call_id, command.step, command.loop)
        if key in self._taken:
            return ""
        call, refusal = calls.judge(self._wards, command)
        if refusal or call is None:
            return refusal
        step = calls.step_taken(call, key, command.step_name, command.due_at_ms, now.wall_ms)
        if not self._transactions.isolated(lambda turn: calls.take(turn, step, call, command.reply_to), now):
            return calls.ALREADY_CLEARED
        self._remember(step)
        return ""

    def _take_some(self, rungs: list[Rung], now: Now) -> None:
        """In one transaction: a storm of calls is one wait for the disk. One that is wrong has to wait, not the others."""
        if not rungs:
            return
        try:
            self._take(rungs, now)
        except Exception as error:
            if len(rungs) == 1 or is_of_the_database(error):
                self._stumbles.note(rungs[0].due.key, error, now)
                return
            log.exception("stumbled over %d steps; now each alone", len(rungs))
            for rung in rungs:
                self._take_some([rung], now)

    def _take(self, rungs: list[Rung], now: Now) -> None:
        steps = [
            (calls.step_taken(rung.call, rung.due.key, rung.due.name, rung.due.due_at_ms, now.wall_ms), rung.call)
            for rung in rungs
        ]

        def work(turn: Turn) -> list[StepTaken]:
            return [step for step, call in steps if calls.take(turn, step, call, OURSELVES)]

        taken = self._transactions.isolated(work, now)
        for step, _ in steps:
            if step in taken:
                self._remember(step)
            else:  # of a call that is known to be cleared, whatever its ward shows: not to be tried at each poll
                self._over.add((step.call_id, step.step, step.loop))

    def _remember(self, step: StepTaken) -> None:
        self._ward_of[step.call_id] = step.ward
        self._taken.add((step.call_id, step.step, step.loop))

    def _forget(self, call_id: str) -> None:
        self._ward_of.pop(call_id, None)
        self._taken = {key for key in self._taken if key[0] != call_id}

    def _close_absent(self, call_id: str, now: Now) -> None:
        """Nobody has said that it is cleared: should its ward show it again, all its steps are to be taken anew."""

        def work(turn: Turn) -> None:
            for contact in turn.know(turn.ledger.contacts.open_of_call(call_id)):
                wards.is_gone(turn, contact)
            turn.ledger.steps.forget(call_id)

        try:
            self._transactions.isolated(work, now)
        except Exception as error:
            self._stumbles.note(call_id, error, now)
            return
        self._forget(call_id)


def _not_believed(ledger: Ledger, house: House, command: Command) -> str:
    if command.verb == "sign_in":
        return ""
    return not_at_his_seat(house, command.by, command.reply_to, ledger.agents.get(command.by))


def _reply(command: Command, refusal: str) -> Reply:
    return CentreReply(command_id=command.command_id, ok=not refusal, reason=refusal)
