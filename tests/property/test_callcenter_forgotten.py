"""Whatever people do to contacts, incidents and mutes, in whatever order: nobody who called is forgotten."""

import random

import pytest
from centre_bench import SECOND, Centre, house, policy
from centre_parts import acknowledged, attended, cleared, raised_again
from databases import Database
from msgspec.structs import replace

from wardbell_callcenter.house import IncidentRules, Step, Ward
from wardbell_callcenter.incidents.membership import LOOK_AGAIN_MS
from wardbell_protocol.bus.centre_payloads import ContactState
from wardbell_protocol.bus.payloads import CallState

AGENTS = ["Wei", "Li", "Mo"]
REPEAT_S, LIMIT_S, MUTE_S = 60, 120, 90
HOUSE = house(
    policy(
        Step(after_s=0, to=["ward"], strategy="longest_idle", ring_s=20),
        Step(after_s=30, to=["everybody"], ring_s=0),
        accept_limit_s=LIMIT_S,
        on_site_limit_s=LIMIT_S,
        repeat_s=REPEAT_S,
    ),
    wards={"east": Ward()},
    incidents=IncidentRules(corridor_calls=3, corridor_s=60, button_calls=3, button_s=300, mute_s=MUTE_S),
)
OF_A_CONTACT = ["accept", "accept", "refuse", "on_site", "release", "resolve", "escalate", "take_over", "hand_over"]


class Night:
    """Somebody calls, somebody answers, drawn by the seed."""

    def __init__(self, centre: Centre, seed: int) -> None:
        self.centre = centre
        self._draw = random.Random(seed)
        self._n_calls = 0

    def happens(self) -> None:
        """One thing."""
        draw, centre = self._draw, self.centre
        what = draw.choice(
            ["call", "call", "call", "ward", "clear", "verb", "verb", "verb", "shift", "mute", "wait", "wait", "crash"]
        )
        contacts = centre.contacts()
        if what == "call":
            self._call()
        elif what == "ward" and centre.ward.calls:
            self._answer(draw.choice(list(centre.ward.calls.values())))
        elif what == "clear" and centre.ward.calls:
            call = draw.choice(list(centre.ward.calls.values()))
            centre.hear("cleared", cleared(call, centre.now.wall_ms))
        elif what == "verb" and contacts:
            some = draw.choice(contacts)
            name, to = draw.sample(AGENTS, 2)
            verb = draw.choice([*OF_A_CONTACT, "transfer"])
            centre.do(verb, name, contact_id=some.contact_id, to=to, reason="drawn")
        elif what == "shift":
            centre.do(draw.choice(["sign_out", "sign_in", "ready", "not_ready"]), draw.choice(AGENTS), reason="drawn")
        elif what == "mute":
            station = f"east/s-{draw.randrange(4)}"
            centre.do(draw.choice(["mute", "unmute"]), draw.choice(AGENTS), to=station, reason="drawn", for_s=MUTE_S)
        elif what == "wait":
            centre.wait(draw.choice([SECOND, 20 * SECOND, 70 * SECOND]))
        elif what == "crash":
            centre.restart()
            centre.hear_snapshot()

    def _call(self) -> None:
        kind = self._draw.choice(["normal", "normal", "bathroom", "emergency"])
        station = f"s-{self._draw.randrange(4)}"
        known = [call for call in self.centre.ward.calls.values() if (call.station_id, call.kind) == (station, kind)]
        if known:
            self._press(known[0])
            return
        self._n_calls += 1
        self.centre.open(f"east-{self._n_calls}", kind, station_id=station, room=f"20{station[-1]}")

    def _press(self, call: CallState) -> None:
        """Whatever became of it: who presses again is waited for again."""
        now_ms = self.centre.now.wall_ms
        self.centre.hear("pressed_again", replace(call, presses=call.presses + 1, last_press_at_ms=now_ms))
        assert call.call_id in {contact.call_id for contact in self.centre.contacts()}

    def _answer(self, call: CallState) -> None:
        """Somebody in the ward does, or leaves it again."""
        now_ms, by = self.centre.now.wall_ms, self._draw.choice([*AGENTS, "203-2"])
        after = self._draw.choice(
            [acknowledged(call, now_ms, by), attended(call, now_ms, by), raised_again(call, now_ms)]
        )
        self.centre.hear("raised_again" if after.status == "placed" else after.status, after)


def check(centre: Centre) -> None:
    """Each open contact has somebody, or a time at which somebody is asked; each incident stands for its own."""
    snapshot = centre.engine.snapshot(centre.now)
    contacts = {contact.contact_id: contact for contact in snapshot.contacts}
    with centre.store.reading() as ledger:
        limits = {kind: ledger.timers.many(kind, contacts) for kind in ("step", "accept_limit", "on_site_limit")}
    for contact in contacts.values():
        timers = limits[{"accepted": "accept_limit", "on_site": "on_site_limit"}.get(contact.status, "step")]
        assert contact.contact_id in timers, f"nothing will ever happen to {contact}"
        in_s = (timers[contact.contact_id].due_steady_ms - centre.now.steady_ms) / SECOND
        assert in_s <= max(REPEAT_S, LIMIT_S, MUTE_S, LOOK_AGAIN_MS / SECOND)
        if contact.call_kind == "emergency":
            assert not contact.incident_id
    scopes = [(incident.kind, incident.scope) for incident in snapshot.incidents]
    assert len(set(scopes)) == len(scopes)
    assert {incident.contact_id for incident in snapshot.incidents} == {
        contact.contact_id for contact in contacts.values() if contact.kind == "incident"
    }


def is_asked_for(contact: ContactState, contacts: dict[str, ContactState], heads: dict[str, str]) -> bool:
    """Whether somebody has it or is being asked for it, or for the incident that it is part of."""
    head = contacts.get(heads.get(contact.incident_id, ""))
    return bool(
        contact.accepted_by or contact.offered_to or (head is not None and head is not contact and head.offered_to)
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_is_forgotten(database: Database, seed: int) -> None:
    centre = Centre(database.url, HOUSE)
    centre.hear_snapshot()
    centre.sign_in(*AGENTS)
    night = Night(centre, seed)
    for _ in range(60):
        night.happens()
        check(centre)
    for name in AGENTS:
        centre.do("sign_in", name)
        centre.do("ready", name)
    centre.wait(MUTE_S * SECOND)  # no mute is left, and nobody answers what rings
    centre.wait(REPEAT_S * SECOND)
    centre.wait(SECOND)
    check(centre)
    snapshot = centre.engine.snapshot(centre.now)
    contacts = {contact.contact_id: contact for contact in snapshot.contacts}
    heads = {incident.incident_id: incident.contact_id for incident in snapshot.incidents}
    assert all(is_asked_for(contact, contacts, heads) for contact in contacts.values())
    centre.store.close()
