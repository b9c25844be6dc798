"""What the screen shows, made from a Feed: rows of calls, lights of health, banners. Pure; no text is chosen here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from wardbell_bus.mirror import WardMirror, part_state
from wardbell_console.bell import Ringing
from wardbell_console.feed import Feed
from wardbell_console.verbs import Attempt
from wardbell_protocol.bus.centre_payloads import ContactState
from wardbell_protocol.bus.payloads import CallState, Health
from wardbell_protocol.bus.topics import CALL_CENTRE_SCOPE
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.escalation import ALL_STATIONS, FORWARD, EscalationPolicy
from wardbell_protocol.calls.signals import FAULT, KINDS, NORMAL

RERAISE = "reraise"
PARTS = ("radio", "gateway", "broker", "escalator", "callcenter")
FORGOTTEN_AFTER_MS = 24 * 3600 * 1000
GRACE_MS = 3000  # after connecting, to hear the gateway and read its snapshot before that is called a trouble
_BEST_FIRST = ("online", "degraded", "offline", "silent")


@dataclass(frozen=True)
class NextStep:
    """What happens to a call if nobody does anything: a step's name, or `reraise`."""

    name: str
    at_ms: int


@dataclass(frozen=True)
class Row:
    """One open call as the nurses see it.

    `needs_ward`: the ward must be named, for it is not the only one here. `contact` is the call centre's, `attempt` the
    last verb from here.
    """

    call: CallState
    ward_names: dict[str, str]
    needs_ward: bool
    is_stale: bool
    may_clear: bool
    next: NextStep | None
    all_taken: bool
    contact: ContactState | None
    attempt: Attempt | None

    @property
    def by(self) -> str:
        """Who answered."""
        if self.call.status == "attended":
            return self.call.attended_by or self.call.acknowledged_by
        return self.call.acknowledged_by if self.call.status == "acknowledged" else ""


@dataclass(frozen=True)
class Counts:
    """What must always be in sight. `oldest_ms` is the longest wait of a call that nobody answered."""

    open: int
    calling: int
    oldest_ms: int | None


@dataclass(frozen=True)
class Light:
    """Health of one kind of part: the state as of part_state, the age of its last life sign, its faults."""

    part: str
    state: str
    age_ms: int | None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Banner:
    """What takes the full width: `kind` is `broker`, `gateway`, `resync` or `offer`."""

    kind: str
    ward: str = ""
    ward_names: dict[str, str] | None = None
    state: str = ""
    since_ms: int = 0
    contact: ContactState | None = None


def next_step(policy: EscalationPolicy | None, call: Call, now_ms: int) -> NextStep | None:
    """The next rung of the ladder, or when an answered call rings again; None when nothing more will happen."""
    if policy is None:
        return None
    step = policy.next_step(call, now_ms)
    if step is not None:
        return NextStep(step.name, step.due_at_ms)
    at_ms = policy.reraise_at_ms(call)
    return NextStep(RERAISE, at_ms) if at_ms is not None else None


def rows(feed: Feed, now_ms: int) -> list[Row]:
    """The calls that this console shows, by priority then age."""
    shown = [row for mirror in feed.wards for row in _ward_rows(feed, mirror, now_ms)]
    return sorted(shown, key=lambda row: row.call.to_call().sort_key())


def counts(shown: list[Row], now_ms: int) -> Counts:
    """How many are open, how many of them nobody answered, and since when at the longest."""
    waiting = [row.call.placed_at_ms for row in shown if row.call.status == "placed" and row.call.kind != FAULT]
    return Counts(len(shown), len(waiting), now_ms - min(waiting) if waiting else None)


def ringing(feed: Feed, shown: list[Row], now_ms: int) -> list[Ringing]:
    """What the bell rings for: unanswered calls, offers to this console's operator, and a ward or broker that is lost."""
    calls = [Ringing((row.call.call_id, row.call.loop), row.call.kind) for row in shown if row.call.status == "placed"]
    offers = [Ringing(ask.key, ringing_kind(ask.contact)) for ask in feed.offers()]
    reminders = [Ringing((f"remind {contact_id}", 0), NORMAL) for contact_id in feed.seat.reminded]
    lost = [
        Ringing((f"{banner.kind} {banner.ward}", 0), FAULT)
        for banner in banners(feed, now_ms)
        if banner.kind in ("broker", "gateway") and feed.connection_changed_ms is not None
    ]
    return calls + offers + reminders + lost


def ringing_kind(contact: ContactState) -> str:
    """The kind of call that the contact rings like; what is no bed call rings like a normal one."""
    return contact.call_kind if contact.call_kind in KINDS else NORMAL


def lights(feed: Feed, now_ms: int) -> list[Light]:
    """The five lights of the strip: for what each own ward has one of, the ward that is worst off; a seat looks at all."""
    own = [mirror for mirror in feed.wards if feed.is_own(mirror.ward) or feed.own_wards == ()]
    centre = feed.signs(CALL_CENTRE_SCOPE, feed.centre.health)
    wards = {mirror.ward: feed.signs(mirror.ward, mirror.health) for mirror in feed.wards}
    everywhere = [*centre, *(sign for signs in wards.values() for sign in signs)]
    return [
        _worst([_all("radio", wards[mirror.ward], now_ms) for mirror in own], "radio"),
        _worst([_best("gateway", wards[mirror.ward], now_ms) for mirror in own], "gateway"),
        _broker(feed, now_ms),
        _best("escalator", everywhere, now_ms),
        _best("callcenter", centre, now_ms),
    ]


def banners(feed: Feed, now_ms: int) -> list[Banner]:
    """Troubles that make the screen untrue, the worst first; then offers to this console's operator."""
    offers = [Banner("offer", contact=ask.contact) for ask in feed.offers()[:1]]
    if not feed.is_connected:
        return [Banner("broker", since_ms=now_ms - (feed.connection_changed_ms or now_ms)), *offers]
    return [*_ward_banners(feed, now_ms), *offers]


def _ward_rows(feed: Feed, mirror: WardMirror, now_ms: int) -> list[Row]:
    is_stale = feed.is_stale(mirror, now_ms)
    policies = feed.policies(mirror)
    names = mirror.info.name if mirror.info is not None else {}
    found = []
    for state in mirror.calls.values():
        call = state.to_call()
        policy = policies.get(state.kind)
        if not _is_shown(feed, mirror.ward, state, policy, now_ms):
            continue
        following = next_step(policy, call, now_ms)
        row = Row(
            call=state,
            ward_names=names,
            needs_ward=not feed.is_own(mirror.ward) or sum(feed.is_own(each.ward) for each in feed.wards) > 1,
            is_stale=is_stale,
            may_clear=not feed.why_not_clear(state.call_id),
            next=following,
            all_taken=following is None and policy is not None and bool(policy.due(call, now_ms)),
            contact=feed.centre.contact_of(state.call_id),
            attempt=feed.verbs.of(state.call_id),
        )
        found.append(row)
    return found


def _is_shown(feed: Feed, ward: str, state: CallState, policy: EscalationPolicy | None, now_ms: int) -> bool:
    """Another ward's call comes here when it is forwarded, and stays with the person who took it here."""
    if feed.is_own(ward) or feed.by in (state.acknowledged_by, state.attended_by):
        return True
    if policy is None:
        return False
    # A seat of the call centre is no ward's neighbour.
    wanted = (ALL_STATIONS,) if feed.own_wards == () else (FORWARD, ALL_STATIONS)
    return any(step.name in wanted for step in policy.due(state.to_call(), now_ms))


def _best(part: str, health: Iterable[Health], now_ms: int) -> Light:
    """The part of that kind that is best off: any one will do."""
    found = [item for item in health if item.part == part]
    if not found:
        return Light(part, "silent", None)
    best = min(found, key=lambda item: (_BEST_FIRST.index(part_state(item, now_ms)), -item.at_ms))
    return Light(part, part_state(best, now_ms), now_ms - best.at_ms, tuple(best.faults))


def _all(part: str, health: Iterable[Health], now_ms: int) -> Light:
    """The best of several ears, degraded by any that is not well; one that has been silent for a day was taken away."""
    recent = [item for item in health if item.part == part and now_ms - item.at_ms < FORGOTTEN_AFTER_MS]
    best = _best(part, recent, now_ms)
    unwell = tuple(item.name for item in recent if part_state(item, now_ms) != "online")
    return replace(best, state="degraded", faults=unwell) if best.state == "online" and unwell else best


def _worst(found: list[Light], part: str) -> Light:
    return max(found, key=lambda light: _BEST_FIRST.index(light.state), default=Light(part, "silent", None))


def _broker(feed: Feed, now_ms: int) -> Light:
    age_ms = None if feed.connection_changed_ms is None else now_ms - feed.connection_changed_ms
    return Light("broker", "online" if feed.is_connected else "offline", age_ms)


def _ward_banners(feed: Feed, now_ms: int) -> list[Banner]:
    found = []
    is_early = now_ms - (feed.connection_changed_ms or 0) < GRACE_MS
    for mirror in feed.wards:
        names = mirror.info.name if mirror.info is not None else {}
        state = feed.gateway_state(mirror, now_ms)
        if not feed.is_own(mirror.ward) or (is_early and state != "offline"):
            continue
        if state in ("offline", "silent"):
            found.append(Banner("gateway", mirror.ward, names, state))
        elif mirror.is_stale:
            found.append(Banner("resync", mirror.ward, names))
    heard = {mirror.ward for mirror in feed.wards}
    if not is_early:
        found += [Banner("gateway", ward, {}, "silent") for ward in feed.own_wards or () if ward not in heard]
    return sorted(found, key=lambda banner: banner.kind != "gateway")
