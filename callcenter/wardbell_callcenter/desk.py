"""The call centre's rules: which steps count, which contacts they open, who is offered them and who has them.

It knows the wards through their mirrors and keeps everything else in the store. Rules: callcenter/README.md.
"""

from dataclasses import replace

from wardbell_bus.ladder import Ladder, Rung, StepKey
from wardbell_bus.wards import WardMirrors
from wardbell_callcenter import offers
from wardbell_callcenter.contact import WITHDRAWN, answered_at_ms, answered_by, how_cleared
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import AgentState, CentreSnapshot, StepTaken
from wardbell_protocol.bus.payloads import CallState, Command, Reply
from wardbell_protocol.calls.escalation import STEP_NAMES, STEP_NUMBER

OURSELVES = "callcenter"
REPLY_KEPT_MS = 24 * 3600 * 1000
# A call that its ward, whole again after a gap, no longer shows is closed only after this: its first event may be on its way.
ABSENT_FOR_MS = 5000
STEPS_AT_ONCE = 100


class Desk:
    """Takes commands and what the wards show; says nothing by itself, the store's outbox does.

    Every method is one transaction, or several of which each is complete.
    """

    def __init__(self, store: Store, wards: WardMirrors) -> None:
        self._store = store
        self._wards = wards
        self._ladder = Ladder(wards.mirrors)
        self._absent_since_ms: dict[str, int] = {}
        with store.reading() as ledger:
            self._ward_of = {step.call_id: step.ward for step in ledger.open_steps()}
            # A copy of what the store holds of open calls, so that an idle watcher need not ask it. The store decides.
            self._taken = {(step.call_id, step.step, step.loop) for step in ledger.open_steps()}

    @property
    def unreadable_policies(self) -> set[str]:
        """Wards whose escalation policies are not understood; the default ladder stands in."""
        return self._ladder.unreadable

    def receive(self, command: Command, now_ms: int) -> Reply:
        """Do what a command says, once.

        Raises:
            StoreError: nothing was done.
        """
        if command.verb == "step":  # unique by itself, so that it needs no memory of the command
            return _reply(command, self._step(command, now_ms))
        with self._store.writing() as ledger:
            known = ledger.reply_to(command.command_id)
            if known is not None:
                return known
            reply = _reply(command, self._verb(ledger, command, now_ms))
            ledger.forget_replies(now_ms - REPLY_KEPT_MS)
            ledger.keep_reply(reply, now_ms)
        return reply

    def follow(self, call: CallState, now_ms: int) -> None:
        """A ward shows this call. Once cleared it is over for good, however old the news is.

        Raises:
            StoreError: nothing was done.
        """
        if call.call_id not in self._ward_of:
            return
        if call.status == "cleared":
            self._close(call.call_id, how_cleared(call), call, now_ms)
            return
        with self._store.writing() as ledger:
            for contact in ledger.contacts_of(call.call_id):
                if contact.status != WITHDRAWN and contact.call != call:
                    offers.show_call(ledger, contact, call, now_ms)

    def follow_ward(self, ward: str, now_ms: int) -> None:
        """A snapshot of that ward has come: catch up with it."""
        mirror = self._wards.of(ward)
        for call in list(mirror.calls.values()) if mirror is not None else []:
            self.follow(call, now_ms)

    def poll(self, now_ms: int) -> bool:
        """Take the steps that are due and that nobody sent, and let go of calls that their wards no longer have.

        Returns:
            True when more is due than one turn takes: poll again, when those who wait have had theirs.
        """
        rungs = self._ladder.untaken(self._taken, now_ms)
        self._take_some(rungs[:STEPS_AT_ONCE], now_ms)
        for call_id in self._absent(now_ms):
            self._close(call_id, "no longer open in the ward", None, now_ms)
        return len(rungs) > STEPS_AT_ONCE

    def next_deadline_ms(self) -> int | None:
        """When the next step is due."""
        rungs = self._ladder.untaken(self._taken)
        return rungs[0].due.due_at_ms if rungs else None

    def operators(self) -> list[AgentState]:
        """Who is signed in."""
        with self._store.reading() as ledger:
            return ledger.operators()

    def sign_out(self, operator: str, by: str, now_ms: int) -> None:
        """Take an operator off; what was offered only to him waits for the next one."""
        with self._store.writing() as ledger:
            offers.sign_out(ledger, operator, by, now_ms)

    def position(self) -> tuple[str, int]:
        """Epoch, and number of the last event."""
        with self._store.reading() as ledger:
            return ledger.position()

    def snapshot(self, now_ms: int) -> CentreSnapshot:
        """All that is open."""
        with self._store.reading() as ledger:
            return ledger.snapshot(now_ms)

    def publish_open_contacts(self) -> None:
        """A broker may have lost what it retained: have it told again, behind all that waits already."""
        with self._store.writing() as ledger:
            for contact in ledger.open_contacts():
                ledger.publish_contact(contact)

    def is_open(self, contact_id: str) -> bool:
        """Whether that contact is ours and not withdrawn."""
        with self._store.reading() as ledger:
            contact = ledger.contact(contact_id)
        return contact is not None and contact.status != WITHDRAWN

    def _verb(self, ledger: Ledger, command: Command, now_ms: int) -> str:
        if command.verb == "accept":
            return offers.accept(ledger, command.contact_id, command.by, now_ms)
        if command.verb == "sign_in":
            offers.sign_in(ledger, AgentState(operator=command.by, seat=command.reply_to, signed_in_at_ms=now_ms))
            return ""
        if command.verb == "sign_out":
            offers.sign_out(ledger, command.by, command.by, now_ms)
            return ""
        return f"{command.verb} is for a ward, not for the call centre"

    def _step(self, command: Command, now_ms: int) -> str:
        key = (command.call_id, command.step, command.loop)
        if key in self._taken:
            return ""
        call = command.call
        if call is None or call.call_id != command.call_id or command.step != STEP_NUMBER.get(command.step_name):
            return "a step needs its call, one of " + ", ".join(STEP_NAMES) + ", and its number"
        call, refusal = self._newest(call)
        refusal = refusal or _overtaken(call, command.loop, command.due_at_ms)
        if refusal:
            return refusal
        return self._take(_step_taken(call, key, command.step_name, command.due_at_ms, now_ms), call, command.reply_to)

    def _newest(self, call: CallState) -> tuple[CallState, str]:
        """The call as its ward shows it here; while the ward's word is not certain, what the sender knows counts."""
        mirror = self._wards.of(call.ward)
        shown = mirror.calls.get(call.call_id) if mirror is not None else None
        if mirror is not None and shown is None and not mirror.is_stale:
            return call, f"not open in {call.ward}"
        if shown is None or shown.loop < call.loop:
            return call, ""
        return shown, ""

    def _take(self, step: StepTaken, call: CallState, taken_from: str) -> str:
        with self._store.writing() as ledger:
            is_taken = offers.take_step(ledger, step, call, taken_from)
        if not is_taken:
            return "already cleared"
        self._remember(step)
        return ""

    def _take_some(self, rungs: list[Rung], now_ms: int) -> None:
        """In one transaction: a storm of calls is one wait for the disk."""
        if not rungs:
            return
        with self._store.writing() as ledger:
            steps = [_step_taken(rung.call, rung.due.key, rung.due.name, rung.due.due_at_ms, now_ms) for rung in rungs]
            taken = [
                step
                for step, rung in zip(steps, rungs, strict=True)
                if offers.take_step(ledger, step, rung.call, OURSELVES)
            ]
        for step in taken:
            self._remember(step)

    def _remember(self, step: StepTaken) -> None:
        self._ward_of[step.call_id] = step.ward
        self._taken.add((step.call_id, step.step, step.loop))

    def _absent(self, now_ms: int) -> list[str]:
        """Calls with steps that their ward, heard without a gap, has not shown for a while."""
        absent = {
            call_id: self._absent_since_ms.get(call_id, now_ms) for call_id in self._ward_of if self._is_absent(call_id)
        }
        self._absent_since_ms = absent
        return [call_id for call_id, since_ms in absent.items() if now_ms - since_ms > ABSENT_FOR_MS]

    def _is_absent(self, call_id: str) -> bool:
        mirror = self._wards.of(self._ward_of[call_id])
        return mirror is not None and not mirror.is_stale and call_id not in mirror.calls

    def _close(self, call_id: str, reason: str, call: CallState | None, now_ms: int) -> None:
        with self._store.writing() as ledger:
            for contact in ledger.contacts_of(call_id):
                if contact.status != WITHDRAWN:
                    offers.withdraw(ledger, replace(contact, call=call or contact.call), contact, reason, now_ms)
            ledger.close_steps(call_id)
        del self._ward_of[call_id]
        self._taken = {key for key in self._taken if key[0] != call_id}


def _reply(command: Command, refusal: str) -> Reply:
    return Reply(command_id=command.command_id, ok=not refusal, reason=refusal)


def _step_taken(call: CallState, key: StepKey, name: str, due_at_ms: int, now_ms: int) -> StepTaken:
    _, step, loop = key
    return StepTaken(
        ward=call.ward,
        call_id=call.call_id,
        step=step,
        step_name=name,
        loop=loop,
        due_at_ms=due_at_ms,
        taken_at_ms=now_ms,
    )


def _overtaken(call: CallState, loop: int, due_at_ms: int) -> str:
    """Why a step of that call comes too late, if it does.

    Only a step due before the answer is stopped by it: a later one is somebody's wish, made knowing of the answer.
    """
    if call.status == "cleared":
        return how_cleared(call)
    if loop < call.loop:
        return f"the call rang again since, it is in round {call.loop}"
    at_ms = answered_at_ms(call)
    if at_ms is not None and due_at_ms <= at_ms:
        return f"{call.status} by {answered_by(call)}"
    return ""
