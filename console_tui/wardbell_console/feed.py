"""What a console knows and has asked for: mirrors of the wards and the call centre, and the verbs on their way.

Pure: messages in by `receive` and `connection`, publications out by `poll`. The rows and lights of the screen are made from
it in view.py.
"""

from collections.abc import Callable
from uuid import uuid4

import msgspec

from wardbell_bus.mirror import CentreMirror, Publication, WardMirror, life_sign, part_state
from wardbell_bus.refused import count_refused
from wardbell_bus.wards import WardMirrors
from wardbell_console.asks import Ask
from wardbell_console.escalator import Escalator
from wardbell_console.notice import Notice
from wardbell_console.seat import Seat
from wardbell_console.verbs import Attempt, Verbs
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import CentreReply, Offer
from wardbell_protocol.bus.payloads import CallState, Command, Health, Reply, WardEvent, decode
from wardbell_protocol.calls.escalation import CALL_CENTRE, STEP_NUMBER, EscalationPolicy
from wardbell_protocol.calls.signals import AT_CONSOLE
from wardbell_protocol.errors import DecodeError

NO_RIGHT = ("not for this role", "not one of yours")  # the call centre's words
VERB_OF_EVENT = {"acknowledged": "acknowledge", "cleared": "clear"}


def random_id() -> str:
    """A new command's id."""
    return uuid4().hex


class Feed:
    """All that one console knows.

    Args:
        client_id: as on the bus, `console-<name>`.
        by: the person at this console.
        own_wards: those whose calls are always shown; None = every ward there is; () = none, a seat of the call centre.
        operator: who is to be signed in at the call centre, or "".
    """

    def __init__(
        self,
        client_id: str,
        by: str,
        own_wards: tuple[str, ...] | None = None,
        operator: str = "",
        new_id: Callable[[], str] = random_id,
    ) -> None:
        self.client_id = client_id
        self.by = by
        self.own_wards = own_wards
        self.centre = CentreMirror(client_id)
        self.verbs = Verbs()
        self.seat = Seat(client_id, operator, self.centre, self.verbs, self._send, self._command, self._tell)
        self.is_connected = False
        self.connection_changed_ms: int | None = None
        self.notice: Notice | None = None
        self.histories: dict[str, list[WardEvent]] = {}
        self.refused: dict[str, int] = {}
        self._last_sign_ms: dict[tuple[str, str, str], int] = {}
        self._new_id = new_id
        self._wards = WardMirrors(client_id)
        self._escalator = Escalator(self._wards.mirrors, self.centre, client_id)
        self._outgoing: list[Publication] = []

    @property
    def wards(self) -> list[WardMirror]:
        """Every ward heard of, own ones first."""
        return sorted(self._wards.mirrors, key=lambda mirror: (not self.is_own(mirror.ward), mirror.ward))

    def is_own(self, ward: str) -> bool:
        """Whether all calls of that ward are this console's."""
        return self.own_wards is None or ward in self.own_wards

    def subscriptions(self) -> list[str]:
        """All wards, so that another ward's call can be forwarded here; they cover the call centre's but for what is its own."""
        own = [topics.contact(topics.ANY), topics.offer(self.client_id)]
        return [*self._wards.subscriptions(), topics.reply(topics.ANY, self.client_id), *own]

    def receive(self, topic: str, payload: bytes, now_ms: int) -> None:
        """Take a message of the bus; what is not ours is counted by topic in `refused`."""
        try:
            self._receive(topic, payload, now_ms)
        except DecodeError:
            count_refused(self.refused, topic)

    def connection(self, is_connected: bool, now_ms: int) -> None:
        """The broker was found or lost."""
        self.is_connected = is_connected
        self.connection_changed_ms = now_ms
        self._wards.connection_lost()
        self.centre.connection_lost()

    def poll(self, now_ms: int) -> list[Publication]:
        """Everything to publish now: verbs, snapshot requests, and steps of the escalation that are due."""
        for attempt in self.verbs.poll(now_ms):
            self._note(attempt, now_ms)
        of_seat = self.seat.poll(now_ms, self.is_connected)
        outgoing, self._outgoing = self._outgoing + of_seat, []
        if not self.is_connected:
            return outgoing
        return outgoing + self._wards.poll(now_ms) + self.centre.poll(now_ms) + self._escalator.poll(now_ms)

    # What is known.

    def mirror_of(self, call_id: str) -> WardMirror | None:
        """The ward where that call is open."""
        return next((mirror for mirror in self._wards.mirrors if call_id in mirror.calls), None)

    def call(self, call_id: str) -> CallState | None:
        """An open call."""
        mirror = self.mirror_of(call_id)
        return mirror.calls[call_id] if mirror is not None else None

    def policies(self, mirror: WardMirror) -> dict[str, EscalationPolicy]:
        """The ward's policies by kind; none before it said what it is."""
        return self._escalator.ladder.policies_of(mirror)

    def gateway_state(self, mirror: WardMirror, now_ms: int) -> str:
        """The best of the ward's gateways, as part_state."""
        states = {part_state(health, now_ms) for (part, _), health in mirror.health.items() if part == "gateway"}
        return next((state for state in ("online", "degraded", "offline") if state in states), "silent")

    def is_stale(self, mirror: WardMirror, now_ms: int) -> bool:
        """Whether what is shown of that ward may be out of date."""
        lost = self.gateway_state(mirror, now_ms) in ("offline", "silent")
        return not self.is_connected or mirror.is_stale or lost

    def signs(self, scope: str, health: dict[tuple[str, str], Health]) -> list[Health]:
        """Health of a scope's parts, each with the time of its last life sign: a last will bears that of its connection."""
        last_ms = self._last_sign_ms
        return [
            msgspec.structs.replace(h, at_ms=last_ms.get((scope, h.part, h.name), h.at_ms)) for h in health.values()
        ]

    @property
    def operator(self) -> str:
        """Who is to be signed in at the call centre, or ""."""
        return self.seat.operator

    def offers(self) -> list[Ask]:
        """What the operator of this console is asked to take, the most urgent first."""
        return self.seat.offers()

    @property
    def is_signed_in(self) -> bool:
        """Whether the call centre has this console's operator at this console."""
        return self.seat.state is not None

    # Verbs.

    def acknowledge(self, call_id: str, now_ms: int) -> None:
        """Say that somebody goes."""
        self._ward_verb("acknowledge", call_id, now_ms)

    def clear(self, call_id: str, now_ms: int) -> None:
        """Close the call; the screen has asked once more."""
        self._ward_verb("clear", call_id, now_ms, self.why_not_clear(call_id))

    def history(self, call_id: str, now_ms: int) -> None:
        """Ask for the call's events."""
        self._ward_verb("history", call_id, now_ms)

    def escalate(self, call_id: str, now_ms: int) -> None:
        """Send the step to the call centre before it is due."""
        mirror = self.mirror_of(call_id)
        if mirror is None:
            return
        call = mirror.calls[call_id]
        policy = self.policies(mirror).get(call.kind)
        has_step = policy is not None and any(name == CALL_CENTRE for name, _ in policy.steps)
        reason = "" if has_step else "reason.no_centre_step"
        number = STEP_NUMBER[CALL_CENTRE]
        if (call_id, number, call.loop) in self.centre.steps:
            reason = "reason.at_centre"
        command = self._command(
            "step", self.by, now_ms, call=call, call_id=call_id, step=number, step_name=CALL_CENTRE,
            loop=call.loop, due_at_ms=now_ms,
        )  # fmt: skip
        self._send(topics.CALL_CENTRE_SCOPE, call_id, (call.room, call.bed), command, now_ms, reason)

    def why_not_clear(self, call_id: str) -> str:
        """Why that call may not be cleared from a console, as a text's key; "" where it may."""
        call = self.call(call_id)
        if call is None:
            return "reason.not_open"
        return "" if call.to_call().may_clear(AT_CONSOLE) else "reason.not_here"

    # Inside.

    def _receive(self, topic: str, payload: bytes, now_ms: int) -> None:
        address = topics.parse(topic)
        if address is None:
            return
        if address.channel == "health" and payload:
            self._sign(address.scope, life_sign(address, payload))
        if address.channel == "reply" and address.scope == topics.CALL_CENTRE_SCOPE:
            answer = decode(payload, CentreReply)
            if not self.seat.answered(answer, now_ms):
                self._reply(answer, now_ms)
            if answer.reason in NO_RIGHT:
                self.seat.read_anew(now_ms)
        elif address.channel == "reply":
            self._reply(decode(payload, Reply), now_ms)
        elif address.scope == topics.CALL_CENTRE_SCOPE:
            self._centre(topic, payload, now_ms)
        else:
            for event in self._wards.receive(topic, payload, now_ms):
                self._happened(event, now_ms)

    def _sign(self, scope: str, health: Health) -> None:
        key = (scope, health.part, health.name)
        self._last_sign_ms[key] = max(self._last_sign_ms.get(key, 0), health.at_ms)

    def _centre(self, topic: str, payload: bytes, now_ms: int) -> None:
        address = topics.parse(topic)
        if address is not None and address.channel == "offer":
            self.seat.offered(decode(payload, Offer), now_ms)
            return
        for event in self.centre.receive(topic, payload, now_ms):
            self.seat.happened(event, now_ms)
            settled = self.seat.settled_by(event)
            if settled is not None:
                self._settle(*settled, now_ms)
            if event.contact is not None and event.contact.closed_at_ms is not None:
                self.verbs.forget(event.contact.contact_id)
        if address is not None and address.channel == "snapshot":
            self.seat.was_read(now_ms)

    def _happened(self, event: WardEvent, now_ms: int) -> None:
        verb = VERB_OF_EVENT.get(event.kind)
        if verb is not None:
            self._settle(verb, event.call.call_id, event.by, now_ms)
        if event.kind == "cleared":
            self.verbs.forget(event.call.call_id)

    def _settle(self, verb: str, target: str, by: str, now_ms: int) -> None:
        attempt = self.verbs.happened(verb, target, by)
        if attempt is not None:
            self._note(attempt, now_ms)

    def _reply(self, reply: Reply, now_ms: int) -> None:
        attempt = self.verbs.receive(reply, now_ms)
        if attempt is None:
            return
        if attempt.command.verb == "history" and reply.ok:
            self.histories[attempt.target] = reply.events
        else:
            self._note(attempt, now_ms)

    def _note(self, attempt: Attempt, now_ms: int) -> None:
        self._tell(Notice(attempt.place, attempt.command.verb, attempt.state, attempt.reason, now_ms))

    def _tell(self, notice: Notice) -> None:
        self.notice = notice

    def _ward_verb(self, verb: str, call_id: str, now_ms: int, reason: str = "") -> None:
        mirror = self.mirror_of(call_id)
        if mirror is None:
            return
        call = mirror.calls[call_id]
        command = self._command(verb, self.by, now_ms, call_id=call_id)
        self._send(mirror.ward, call_id, (call.room, call.bed), command, now_ms, reason)

    def _command(self, verb: str, by: str, now_ms: int, **fields: object) -> Command:
        return Command(
            command_id=self._new_id(), verb=verb, by=by, reply_to=self.client_id, at_ms=now_ms, **fields  # type: ignore[arg-type]
        )  # fmt: skip

    def _send(
        self, scope: str, target: str, place: tuple[str, str], command: Command, now_ms: int, reason: str = ""
    ) -> None:
        if not reason and not self.is_connected:
            reason = "reason.no_broker"
        if reason:
            self._note(self.verbs.refuse(target, place, command, reason, now_ms), now_ms)
        else:
            self._outgoing += self.verbs.send(scope, target, place, command, now_ms)
