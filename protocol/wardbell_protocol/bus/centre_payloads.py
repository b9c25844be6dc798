"""What the call centre says on the bus; the rules of `payloads` hold here too. Host only (msgspec)."""

from collections.abc import Collection
from typing import Annotated, Literal

from msgspec import Meta

from wardbell_protocol.bus.figure_payloads import CentreFigures
from wardbell_protocol.bus.payloads import Count, Ms, Name, Payload, Reply, Seq, Text

LONG_TEXT = 4000

LongText = Annotated[str, Meta(max_length=LONG_TEXT)]  # of several lines: whoever shows it takes control characters out
ContactKind = Literal["bed_call", "family_call", "message", "web_request", "technical", "incident"]
ContactStatus = Literal["new", "offered", "accepted", "on_site", "resolved", "cleared_at_bed", "handed_over"]
AgentStatus = Literal["signed_out", "ready", "offered", "busy", "wrap_up", "not_ready"]
OfferStatus = Literal["offered", "accepted", "refused", "missed", "withdrawn", "failed"]
Medium = Literal["seat", "mail", "webhook"]


class ContactState(Payload, frozen=True, kw_only=True):
    """A contact of the call centre: something that looks for a person. `offered_to` are agents who are being asked now.

    A bed call that the ward answers meanwhile keeps its contact: `call_status` and `answered_by` show it. `step` is the newest
    that was fired, -1 before the first; `next_step_at_ms` when the next one is planned, None while none is.
    """

    contact_id: Name
    kind: ContactKind
    status: ContactStatus
    priority: int
    ward: Text = ""
    room: Text = ""
    bed: Text = ""
    call_kind: Text = ""
    subject: Text = ""
    call_id: Text = ""
    loop: Count = 0
    step: int = -1
    repeats: Count = 0
    returns: Count = 0
    resident_id: Text = ""
    incident_id: Text = ""
    pressed_at_ms: Ms
    opened_at_ms: Ms
    offered_to: list[Text] = []
    offered_at_ms: Ms | None = None
    next_step_at_ms: Ms | None = None
    accepted_by: Text = ""
    accepted_at_ms: Ms | None = None
    on_site_by: Text = ""
    on_site_at_ms: Ms | None = None
    closed_by: Text = ""
    closed_at_ms: Ms | None = None
    closed_reason: Text = ""
    wrap_up_code: Text = ""
    fields: dict[Name, Text] = {}
    call_status: Text = ""
    answered_by: Text = ""


class OfferState(Payload, frozen=True, kw_only=True):
    """One person, or address, who is asked to take a contact, by one way. `rings_until_ms` None: until it is withdrawn."""

    offer_id: Name
    contact_id: Name
    target: Text
    medium: Medium
    step: Count
    loop: Count
    status: OfferStatus
    made_at_ms: Ms
    rings_until_ms: Ms | None = None
    received_at_ms: Ms | None = None
    answered_at_ms: Ms | None = None
    reason: Text = ""


class ResidentCard(Payload, frozen=True, kw_only=True):
    """Who lives there: what one must know at the bed first."""

    resident_id: Name
    name: Text
    room: Text
    bed: Text
    care_level: Count = 0
    priority_class: Text = ""
    risks: list[Text] = []
    key_carer: Text = ""
    fields: dict[Name, Text] = {}


class PastContact(Payload, frozen=True, kw_only=True):
    """One of the bed's last contacts."""

    contact_id: Name
    opened_at_ms: Ms
    call_kind: Text = ""
    status: ContactStatus
    by: Text = ""
    wrap_up_code: Text = ""


class Note(Payload, frozen=True, kw_only=True):
    """What somebody wrote about a contact."""

    at_ms: Ms
    by: Text
    text: LongText


class ScreenPop(Payload, frozen=True, kw_only=True):
    """What the agent sees with an offer. More than one resident in the room, and none at that bed: the agent chooses.

    `building`: where the ward is. `script`: what to do, in the first language that the house wrote it in; `scripts`: the same in
    its others, by language.
    """

    building: Text = ""
    residents: list[ResidentCard] = []
    last_contacts: list[PastContact] = []
    notes: list[Note] = []
    script: list[Text] = []
    scripts: dict[Name, list[Text]] = {}
    link: Text = ""


class Offer(Payload, frozen=True, kw_only=True):
    """An offer on its way to a seat, or its end: `withdrawn` says why and who took it. `delivery_id` is the same each time."""

    delivery_id: Name
    offer: OfferState
    contact: ContactState
    pop: ScreenPop = ScreenPop()
    withdrawn: Text = ""


class StepTaken(Payload, frozen=True, kw_only=True):
    """A step of the escalation, stored once."""

    ward: Name
    call_id: Name
    step: Count
    step_name: Text
    loop: Count
    due_at_ms: Ms
    taken_at_ms: Ms


class AgentState(Payload, frozen=True, kw_only=True):
    """Somebody who works at the call centre, at which seat (a client's name), and what he does: one state for every medium.

    `pending` becomes the state when the current contact is over. `back_at_ms`: when the state ends by itself.
    """

    agent: Name
    state: AgentStatus
    since_ms: Ms
    seat: Text = ""
    reason: Text = ""
    pending: Text = ""
    back_at_ms: Ms | None = None
    contacts: list[Text] = []  # those he has accepted and not closed
    missed: Count = 0
    signed_in_at_ms: Ms = 0


class IncidentState(Payload, frozen=True, kw_only=True):
    """Many contacts with one cause, under one contact. `scope`: the corridor or the station."""

    incident_id: Name
    kind: Literal["corridor", "faulty_button"]
    scope: Text
    ward: Text
    contact_id: Text = ""
    contacts: list[Text] = []
    opened_at_ms: Ms
    closed_at_ms: Ms | None = None


class CentreEvent(Payload, frozen=True, kw_only=True):
    """Something happened at the call centre: to a contact, an offer, a step of a ward, an agent or an incident.

    `stepped`: a step of the contact was fired, `late_ms` after it was planned. `changed`: what is known of the contact changed.
    `returned`: accepted and not visited, or released. `agent`: an agent's state changed, by `by`, for `reason`.
    """

    epoch: Name
    seq: Seq
    at_ms: Ms
    kind: Literal[
        "opened",
        "repeated",
        "stepped",
        "offered",
        "received",
        "refused",
        "missed",
        "failed",
        "accepted",
        "on_site",
        "returned",
        "transferred",
        "joined",
        "noted",
        "changed",
        "resolved",
        "cleared_at_bed",
        "handed_over",
        "step_taken",
        "signed_in",
        "signed_out",
        "agent",
        "incident",
        "muted",
        "unmuted",
    ]
    by: Text = ""
    reason: Text = ""
    text: LongText = ""
    late_ms: Count = 0
    contact: ContactState | None = None
    offer: OfferState | None = None
    step: StepTaken | None = None
    agent: AgentState | None = None
    incident: IncidentState | None = None


class Rights(Payload, frozen=True, kw_only=True):
    """What somebody may, as the call centre's table has it. `verbs`: of `Command`, and what may be read, of all that he reaches.

    `only_held`: those of them that are only about what he has. `level` and `wards`: what he reaches (`reaches`).
    """

    verbs: list[Name]
    only_held: list[Name] = []
    level: Literal["home", "ward", "carer"] = "home"
    wards: list[Name] = []

    def reaches(self, verb: str, wards: Collection[str], *, is_held: bool, is_asked: bool) -> bool:
        """Whether he may do that to something of those wards (none: of no ward) that he has, or is asked for."""
        if verb not in self.verbs:
            return False
        if is_held:
            return True
        if verb in self.only_held:
            return False
        if is_asked or self.level == "home":
            return True
        return self.level == "ward" and (not self.wards or not wards or not set(wards).isdisjoint(self.wards))


class CentreReply(Reply, frozen=True, kw_only=True):
    """What the call centre answers. To `history`: the next part of the contact's `time_line`, oldest first, and its `pop`.

    `more_after`: the `after_seq` with which to ask for what comes behind; 0: that was all. To `sign_in`: his `rights`. To
    `figures`: those that he may see, None while they are being counted.
    """

    time_line: list[CentreEvent] = []
    more_after: Count = 0
    pop: ScreenPop | None = None
    rights: Rights | None = None
    figures: CentreFigures | None = None


class CodeForm(Payload, frozen=True, kw_only=True):
    """What a wrap-up code asks for. `kinds`: for which contacts, none: for any; the `required` of its `fields` must be given."""

    kinds: list[Name] = []
    fields: list[Name] = []
    required: list[Name] = []


class CentreSnapshot(Payload, frozen=True, kw_only=True):
    """All that the call centre has open, as of `seq`. `agents`: who is signed in; `codes`: wrap-up codes by language.

    `forms`: of codes that ask for more than a text; `groups`: to whom a contact may be transferred, besides an agent.
    `rights`: of who is signed in at the seat that asked, None where nobody is.
    """

    epoch: Name
    seq: Count
    at_ms: Ms
    contacts: list[ContactState]
    agents: list[AgentState]
    steps: list[StepTaken]
    offers: list[OfferState] = []
    incidents: list[IncidentState] = []
    codes: dict[Name, dict[Name, Text]] = {}
    reasons: dict[Name, dict[Name, Text]] = {}  # for not being ready
    forms: dict[Name, CodeForm] = {}
    groups: list[Name] = []
    rights: Rights | None = None
