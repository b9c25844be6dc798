"""The operator of this console at the call centre: who he is, what he is asked, and what he asks for. Pure.

Nothing is taken for done before the call centre says so (verbs.py).
"""

import hashlib
from collections.abc import Callable
from typing import Protocol

from wardbell_bus.mirror import CentreMirror, Publication, part_state
from wardbell_console.asks import Ask, Asks
from wardbell_console.figure_reading import FigureReading
from wardbell_console.notice import FORCED, MISSED_OFFER, REMINDED, RETURNED, TAKEN_OVER, Notice
from wardbell_console.time_lines import TimeLines
from wardbell_console.verbs import REFUSED, UNCONFIRMED, Verbs
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import AgentState, CentreEvent, CentreReply, ContactState, Offer
from wardbell_protocol.bus.payloads import Command, SnapshotRequest, encode

# What an event says about a verb of whoever is named in it, perhaps before the answer comes.
VERB_OF_EVENT = {
    "accepted": "accept",
    "refused": "refuse",
    "on_site": "on_site",
    "resolved": "resolve",
    "handed_over": "hand_over",
    "transferred": "transfer",
    "returned": "release",
    "joined": "join",
    "noted": "note",
    "signed_in": "sign_in",
    "signed_out": "sign_out",
}
_FORCED = {"ready": "force_ready", "not_ready": "force_not_ready", "signed_out": "force_sign_out"}
_BY_ITSELF = "callcenter"  # by whom an event is that nobody asked for
READ_EVERY_MS = 60_000
_OVER = ("resolved", "cleared_at_bed", "handed_over")
Place = tuple[str, str]


class Sender(Protocol):
    """Sends a verb, or refuses it here for that reason."""

    def __call__(self, scope: str, target: str, place: Place, command: Command, now_ms: int, reason: str = "") -> None:
        """`place` is for a text about it."""


class Seat:
    """What concerns one operator.

    Args:
        client_id: as on the bus.
        operator: who is to be signed in, or "".
        send, command: how a verb is sent and made.
        tell: takes what the person is to read.
    """

    def __init__(
        self,
        client_id: str,
        operator: str,
        centre: CentreMirror,
        verbs: Verbs,
        send: Sender,
        command: Callable[..., Command],
        tell: Callable[[Notice], None],
    ) -> None:
        self.operator = operator
        self.asks = Asks(centre, client_id)
        self.time_lines = TimeLines()
        self.figures = FigureReading()
        self.wants_secret = False
        self.shown = ""  # a contact of which all is on the screen
        self._client_id = client_id
        self._centre = centre
        self._verbs = verbs
        self._send = send
        self._command = command
        self._tell = tell
        self._secret = ""
        self._wants_seat = bool(operator)
        self._may_take_over = bool(operator)  # from another seat; once seated here, a later move elsewhere is obeyed
        self.reminded: set[str] = set()  # contacts that go back into the queue soon
        self._was: AgentState | None = None
        self._held: dict[str, Place] = {}  # contacts that are his, to tell when one goes back into the queue
        self._read_at_ms = 0
        self._outgoing: list[Publication] = []

    @property
    def state(self) -> AgentState | None:
        """His state; None where the call centre does not have him here."""
        state = self._centre.agents.get(self.operator)
        return state if state is not None and state.seat == self._client_id else None

    def contact(self, contact_id: str) -> ContactState | None:
        """An open contact."""
        offered = next((ask.contact for ask in self.offers() if ask.contact.contact_id == contact_id), None)
        return self._centre.contacts.get(contact_id) or offered

    def offers(self) -> list[Ask]:
        """What he is asked to take, the most urgent first."""
        return self.asks.standing

    # Verbs.

    def sign_in(self, operator: str, now_ms: int, secret: str = "") -> None:
        """Take a seat at the call centre."""
        if operator != self.operator and self.state is not None:
            self.sign_out(now_ms)
        if operator != self.operator:
            self._held = self._his_contacts(operator)
            self.reminded.clear()
            self.asks.forget_pops()
            self.figures.forget()
        self._secret = secret or (self._secret if operator == self.operator else "")
        self.operator = operator
        self.wants_secret = False
        self._wants_seat = self._may_take_over = True
        command = self._command("sign_in", operator, now_ms, secret=self._secret)
        self._send(topics.CALL_CENTRE_SCOPE, operator, (operator, ""), command, now_ms)

    def sign_out(self, now_ms: int) -> None:
        """Leave the seat, where there is one."""
        self._wants_seat = False
        if self.operator:
            self._own("sign_out", now_ms)

    def ready(self, now_ms: int) -> None:
        """Ask for contacts."""
        self._own("ready", now_ms, self._must_sit())

    def not_ready(self, reason: str, now_ms: int) -> None:
        """Be left alone, after the contact that is held."""
        self._own("not_ready", now_ms, self._must_sit(), reason=reason)

    def about(self, verb: str, contact_id: str, now_ms: int, **fields: object) -> None:
        """A verb about a contact, as `Command` names it."""
        contact = self.contact(contact_id)
        refused = self._must_sit() if contact is not None else "reason.no_such"
        command = self._command(verb, self.operator or self._client_id, now_ms, contact_id=contact_id, **fields)
        place = _place(contact or self.time_lines.contact(contact_id))
        self._send(topics.CALL_CENTRE_SCOPE, contact_id, place, command, now_ms, refused)

    def force(self, verb: str, agent: str, reason: str, now_ms: int) -> None:
        """A supervisor's verb about somebody else."""
        command = self._command(verb, self.operator or self._client_id, now_ms, agent=agent, reason=reason)
        self._send(topics.CALL_CENTRE_SCOPE, agent, (agent, ""), command, now_ms, self._must_sit())

    def show(self, contact_id: str) -> None:
        """All of that contact is on the screen, "": of none; its history comes from the call centre."""
        self.shown = contact_id
        if contact_id:
            self.time_lines.want(contact_id)

    def may(self, verb: str, contact: ContactState | None = None) -> bool:
        """Whether the call centre would let him do that, about that contact or at all; what it has not said, it is asked."""
        rights = self._centre.rights
        if rights is None:
            return True
        if contact is None:
            return verb in rights.verbs
        state = self.state
        is_held = _is_his(contact, self.operator) or (state is not None and contact.contact_id in state.contacts)
        is_held = is_held or self.time_lines.has_joined(contact.contact_id, self.operator)
        is_asked = self.operator in contact.offered_to
        return rights.reaches(verb, {contact.ward} - {""}, is_held=is_held, is_asked=is_asked)

    @property
    def sees_figures(self) -> bool:
        """Whether the call centre has said that it tells him figures."""
        rights = self._centre.rights
        return self.state is not None and rights is not None and "figures" in rights.verbs

    def hears_centre(self, now_ms: int) -> bool:
        """Whether the call centre's life sign is there."""
        signs = (part_state(sign, now_ms) for (part, _), sign in self._centre.health.items() if part == "callcenter")
        return any(sign in ("online", "degraded") for sign in signs)

    def read_anew(self, now_ms: int) -> None:
        """Have codes, reasons, groups and rights as the house has them by now: no event tells that its document was changed."""
        if not 0 <= now_ms - self._read_at_ms < READ_EVERY_MS:
            self._read_at_ms = now_ms
            request = encode(SnapshotRequest(reply_to=self._client_id))
            self._outgoing.append(Publication(topics.snapshot_request(topics.CALL_CENTRE_SCOPE), request))

    # What comes.

    def offered(self, offer: Offer, now_ms: int) -> None:
        """A message to this seat: it is received as soon as this console has it, whoever looks."""
        if self.asks.message(offer, self.operator, now_ms):
            self._outgoing.append(self._received(offer, now_ms))
        self._tell_missed(now_ms)

    def happened(self, event: CentreEvent, now_ms: int) -> None:
        """The mirror has applied that event."""
        self.time_lines.receive(event)
        self.asks.event(event, self.operator, now_ms)
        if event.contact is not None:
            self._contact_changed(event, event.contact, now_ms)
        self._tell_missed(now_ms)
        agent = event.agent
        if event.kind in ("agent", "signed_in", "signed_out") and agent is not None and agent.agent == self.operator:
            self._state_changed(event, agent, now_ms)
            if event.kind == "signed_in":  # of others': each of a whole shift would have all of it read anew
                self._want_pops()

    def was_read(self, now_ms: int) -> None:
        """The mirror was read anew, at the start or after a gap, whose events nobody tells any more."""
        self.asks.snapshot(self.operator, now_ms)
        self.time_lines.gap()
        self.show(self.shown)
        held, self._held = self._held, self._his_contacts(self.operator)
        self.reminded &= self._held.keys()
        for contact_id in held.keys() - self._held.keys():
            contact = self._centre.contacts.get(contact_id)
            if contact is not None:
                self._tell_gone(held[contact_id], contact, now_ms, "reason.in_gap", contact.accepted_by or _BY_ITSELF)
        self._want_pops()

    def answered(self, reply: CentreReply, now_ms: int) -> bool:
        """Take the answer to a `history` or `figures`, and rights; False where it is another verb's."""
        if reply.rights is not None:
            self._centre.rights = reply.rights
        if self.figures.answered(reply, now_ms):
            return True
        contact_id = self.time_lines.answered(reply)
        if contact_id and reply.pop is not None:
            self.asks.told(contact_id, reply.pop, self.operator, now_ms)
        return bool(contact_id)

    def settled_by(self, event: CentreEvent) -> tuple[str, str, str] | None:
        """Verb, target and person of a verb that this event confirms."""
        verb = VERB_OF_EVENT.get(event.kind)
        if event.kind == "agent" and event.agent is not None and event.agent.state in ("ready", "not_ready"):
            return event.agent.state, event.agent.agent, event.agent.agent
        if verb is None:
            return None
        if event.contact is not None:
            by = event.contact.accepted_by if event.kind == "accepted" else event.by
            return verb, event.contact.contact_id, by
        return (verb, event.agent.agent, event.agent.agent) if event.agent is not None else None

    def poll(self, now_ms: int, is_connected: bool) -> list[Publication]:
        """What is to be said now."""
        if is_connected:
            self._keep_seat(now_ms)
            self._ask_histories(now_ms)
            self._ask_figures(now_ms)
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    # Inside.

    def _must_sit(self) -> str:
        return "" if self.state is not None else "reason.not_signed_in"

    def _own(self, verb: str, now_ms: int, refused: str = "", **fields: object) -> None:
        command = self._command(verb, self.operator or self._client_id, now_ms, **fields)
        self._send(topics.CALL_CENTRE_SCOPE, self.operator, (self.operator, ""), command, now_ms, refused)

    def _ask_histories(self, now_ms: int) -> None:
        for reading in self.time_lines.due(now_ms):
            command = self._command(
                "history", self.operator or self._client_id, now_ms,
                contact_id=reading.contact_id, after_seq=reading.after_seq,
            )  # fmt: skip
            self.time_lines.asked(reading, command.command_id, now_ms)
            self._outgoing.append(Publication(topics.centre_command(self._client_id), encode(command)))

    def _ask_figures(self, now_ms: int) -> None:
        if not self.sees_figures:
            self.figures.forget()
        elif self.hears_centre(now_ms) and self.figures.is_due(now_ms):  # else they would only wait at the broker
            command = self._command("figures", self.operator, now_ms)
            self.figures.asked(command.command_id, now_ms)
            self._outgoing.append(Publication(topics.centre_command(self._client_id), encode(command)))

    def _want_pops(self) -> None:
        """What came with the offers is lost where this console was started anew: of what he has or is asked for, ask."""
        asked = {ask.contact.contact_id for ask in self.asks.standing}
        for contact_id in sorted(asked | self._held.keys()):
            if not self.asks.knows(contact_id):
                self.time_lines.want(contact_id)

    def _keep_seat(self, now_ms: int) -> None:
        """Sign in where the call centre does not have us: at the start, and when it held us for gone."""
        if not self._wants_seat or self._centre.is_stale:
            return
        if self.state is not None:
            self._may_take_over = False
        elif self.operator in self._centre.agents and not self._may_take_over:
            self._wants_seat = False
        elif self._may_sign_in_again():
            self.sign_in(self.operator, now_ms, self._secret)

    def _may_sign_in_again(self) -> bool:
        attempt = self._verbs.find("sign_in", self.operator)
        if attempt is not None and attempt.state == REFUSED and attempt.scope:
            self._wants_seat = False  # the call centre would refuse again
            self.wants_secret = "secret" in attempt.reason
        return attempt is None or attempt.state == UNCONFIRMED

    def _contact_changed(self, event: CentreEvent, contact: ContactState, now_ms: int) -> None:
        is_his = _is_his(contact, self.operator)
        if contact.status in _OVER:
            self._held.pop(contact.contact_id, None)
        elif is_his:
            self._held[contact.contact_id] = _place(contact)
            if event.kind == "accepted" and not self.asks.knows(contact.contact_id):
                self.time_lines.want(contact.contact_id)  # taken from the board, without an offer
        elif contact.contact_id in self._held:
            place = self._held.pop(contact.contact_id)
            if event.by != self.operator:
                self._tell_gone(place, contact, now_ms, event.reason, event.by)
        is_reminder = is_his and event.kind == "changed" and event.reason == REMINDED
        if is_reminder:
            self.reminded.add(contact.contact_id)
            self._tell(Notice(_place(contact), "on_site", REMINDED, "", now_ms))
        elif not is_his or event.kind in ("accepted", "on_site"):
            self.reminded.discard(contact.contact_id)

    def _his_contacts(self, operator: str) -> dict[str, Place]:
        contacts = self._centre.contacts.values()
        return {each.contact_id: _place(each) for each in contacts if _is_his(each, operator)}

    def _tell_gone(self, place: Place, contact: ContactState, now_ms: int, reason: str, by: str) -> None:
        """What he had is in the queue again, or somebody else's."""
        state = TAKEN_OVER if contact.accepted_by else RETURNED
        self._tell(Notice(place, "accept", state, reason, now_ms, by=by))

    def _tell_missed(self, now_ms: int) -> None:
        for ask in self.asks.just_missed():
            self._tell(Notice(_place(ask.contact), "accept", MISSED_OFFER, "", now_ms))

    def _state_changed(self, event: CentreEvent, agent: AgentState, now_ms: int) -> None:
        """Somebody else did it, or the call centre by itself; that a contact's end made him ready is no news."""
        was, self._was = self._was, agent
        verb = _FORCED.get(agent.pending or agent.state)
        if verb is None or event.by in ("", self.operator):
            return
        is_by_itself = event.by == _BY_ITSELF
        if agent.state == "signed_out" and not is_by_itself:
            self._wants_seat = False
        is_end_of_work = verb == "force_ready" and (was is None or was.state != "not_ready")
        is_lost_seat = verb == "force_sign_out" and is_by_itself
        if not is_end_of_work and not is_lost_seat and (was is None or _stand(was) != _stand(agent)):
            self._tell(Notice((self.operator, ""), verb, FORCED, event.reason, now_ms, by=event.by))

    def _received(self, offer: Offer, now_ms: int) -> Publication:
        digest = hashlib.sha256(f"{self._client_id}/{offer.offer.offer_id}".encode()).hexdigest()[:32]
        command = Command(
            command_id=f"received-{digest}", verb="received", by=self.operator, reply_to=self._client_id, at_ms=now_ms,
            offer_id=offer.offer.offer_id, contact_id=offer.contact.contact_id,
        )  # fmt: skip
        return Publication(topics.centre_command(self._client_id), encode(command))


def _is_his(contact: ContactState, operator: str) -> bool:
    return operator != "" and operator in (contact.accepted_by, contact.on_site_by)


def _stand(agent: AgentState) -> tuple[str, str]:
    return agent.state, agent.pending


def _place(contact: ContactState | None) -> Place:
    """As in verbs.py."""
    if contact is None:
        return "", ""
    return (contact.room, contact.bed) if contact.room else ("", contact.subject)
