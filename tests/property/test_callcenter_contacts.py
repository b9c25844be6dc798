"""Whatever people, wards and time do in any order: what must hold of contacts, offers, timers and people after each step."""

from collections.abc import Callable

from centre_bench import SECOND, Centre, house, policy
from centre_parts import acknowledged, cleared
from databases import Database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.house import Limits, Step
from wardbell_callcenter.store.offer_rows import Offer
from wardbell_protocol.bus.centre_payloads import ContactState

HOUSE = house(
    policy(
        Step(after_s=0, to=["agent:Wei", "agent:Li"], strategy="longest_idle", ring_s=10),
        Step(after_s=30, to=["ward"], ring_s=20),
        Step(after_s=60, to=["everybody"], ring_s=0),
        repeat_s=30,
        accept_limit_s=60,
        on_site_limit_s=90,
        remind_s=10,
    ),
    limits=Limits(missed=2, missed_back_s=45, wrap_up_s=15, not_ready_s=60),
)
NAMES = ("Wei", "Li", "Ma")
CALLS = ("east-1", "east-2", "east-3")

who, which = st.sampled_from(NAMES), st.sampled_from(CALLS)
ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["sign_in", "sign_out", "ready", "not_ready"]), who, st.none()),
    st.tuples(
        st.sampled_from(["accept", "refuse", "on_site", "release", "resolve", "take_over", "escalate"]), who, which
    ),
    st.tuples(st.sampled_from(["open", "open", "answer", "clear"]), st.none(), which),
    st.tuples(st.just("wait"), st.none(), st.sampled_from([1, 10, 20, 30, 61, 600])),
    st.tuples(st.sampled_from(["restart", "jump"]), st.none(), st.none()),
)


class Night:
    """Does what it is told to an engine, and looks whether everything still holds."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.n_opened = 0
        self._fired: dict[str, tuple[int, int]] = {}
        self._seq = 0

    def do(self, action: str, name: str | None, of: str | int | None) -> None:
        centre = self.centre
        if action == "wait":
            centre.wait(int(of or 0) * SECOND)
        elif action == "restart":
            centre.restart()
            centre.hear_snapshot()
        elif action == "jump":  # of the wall clock
            centre.now = type(centre.now)(centre.now.wall_ms - 3_600_000, centre.now.steady_ms)
        elif name is None:
            self._of_ward(action, str(of))
        elif of is None:
            centre.do(action, name, reason="a break")
        else:
            contact = self._contact(str(of))
            centre.do(action, name, contact_id=contact.contact_id if contact is not None else "c-none", reason="no")
        self.look()

    def _of_ward(self, action: str, place: str) -> None:
        centre, contact = self.centre, self._contact(place)
        if action == "open":
            self.n_opened += 1
            centre.open(f"{place}-{self.n_opened}", station_id=place)
            return
        call = centre.ward.calls.get(contact.call_id) if contact is not None else None
        if call is not None:
            change = acknowledged if action == "answer" else cleared
            centre.hear("acknowledged" if action == "answer" else "cleared", change(call, centre.now.wall_ms))

    def _contact(self, place: str) -> ContactState | None:
        return next((one for one in self.centre.contacts() if one.call_id.startswith(f"{place}-")), None)

    def look(self) -> None:
        with self.centre.store.reading() as ledger:
            contacts = ledger.contacts.open()
            offers: Callable[[Contact], list[Offer]] = lambda contact: ledger.offers.of_contact(contact.contact_id)  # noqa: E731
            for contact in contacts:
                self._look_at(contact, offers(contact))
                kinds = ("step",) if contact.is_waiting else (f"{contact.state.replace('accepted', 'accept')}_limit",)
                assert all(ledger.timers.get(kind, contact.contact_id) is not None for kind in kinds)  # type: ignore[arg-type]
            assert len({contact.dedup_key for contact in contacts}) == len(contacts)
            held = ledger.contacts.taken_by(NAMES)
            agents = {agent.agent: agent for agent in ledger.agents.signed_in()}
            for name, agent in agents.items():
                assert (agent.state == "busy") == bool(held.get(name)), agent
                assert (agent.state == "offered") <= bool(ledger.offers.live_for(name)), agent
            assert all(offer.target in agents for offer in ledger.offers.live())
            for contact in contacts:
                self._nobody_is_left_out(contact, offers(contact), {n for n, a in agents.items() if a.state == "ready"})
            events = ledger.events.after(self._seq, 10_000)
        self._seq += len(events)
        for event in events:
            if event.kind == "stepped" and event.contact is not None:
                self._is_next(event.contact)

    def _look_at(self, contact: Contact, offers: list[Offer]) -> None:
        live = [offer for offer in offers if offer.state == "offered"]
        assert (contact.state == "offered") == bool(live)
        assert not (contact.is_taken and live)
        assert contact.is_taken == bool(contact.accepted_by)
        assert contact.step >= 0 or not contact.is_waiting
        keys = [(offer.step, offer.loop, offer.target, offer.medium) for offer in offers]
        assert len(keys) == len(set(keys))

    def _nobody_is_left_out(self, contact: Contact, offers: list[Offer], ready: set[str]) -> None:
        """At the last step everybody who is free has been asked, or has said no, or the ward has answered."""
        if not contact.is_waiting or contact.step < 2 or (contact.call is not None and contact.call.status != "placed"):
            return
        here = {offer.target for offer in offers if (offer.step, offer.loop) == (contact.step, contact.loop)}
        refused = {offer.target for offer in offers if offer.loop == contact.loop and offer.state == "refused"}
        assert ready <= here | refused

    def _is_next(self, contact: ContactState) -> None:
        """Each step of each loop once, never one that was passed."""
        fired = (contact.loop, contact.step)
        assert fired > self._fired.get(contact.contact_id, (-1, -1))
        self._fired[contact.contact_id] = fired


# It makes a database for each example.
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTIONS, min_size=5, max_size=25))
def test_what_holds_of_every_night(
    another: Callable[[], Database], actions: list[tuple[str, str | None, str | int | None]]
) -> None:
    centre = Centre(another().url, HOUSE)
    centre.hear_snapshot()
    night = Night(centre)
    try:
        for action in [("sign_in", "Wei", None), ("open", None, "east-1"), *actions]:
            night.do(*action)
    finally:
        centre.store.close()
