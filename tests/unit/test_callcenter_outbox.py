"""What waits for a broker that is away for long."""

from collections.abc import Iterator

import pytest
from centre_bench import MINUTE, SECOND, Centre, staffed
from databases import Database

from wardbell_callcenter.outbox_limit import LOOK_EVERY_MS, OutboxLimit
from wardbell_callcenter.ports.faults import FADES_MS
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import CentreEvent, ContactState
from wardbell_protocol.bus.payloads import decode

EVENT = topics.event(topics.CALL_CENTRE_SCOPE)


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    yield from staffed(database.url, None, "Wei")


def waiting(centre: Centre) -> tuple[list[CentreEvent], list[ContactState]]:
    """Events and contacts' states that wait, in order."""
    rows = centre.store.outbox_after(0, 10_000)
    events = [decode(row.payload, CentreEvent) for row in rows if row.topic == EVENT]
    return events, [decode(row.payload, ContactState) for row in rows if row.retain]


def test_of_each_contact_only_the_newest_state_waits_and_every_event(centre: Centre) -> None:
    for call_id in ("east-1", "east-2"):
        centre.open(call_id)
    for _ in range(60):
        centre.wait(MINUTE)
    events, states = waiting(centre)
    assert len(states) > 100
    limit = OutboxLimit(centre.store, few=100)
    limit.look(centre.now)
    told, left = waiting(centre)
    assert (told, limit.faults(centre.now)) == (events, ())
    assert left == centre.contacts()
    centre.open("east-3")
    assert [state.call_id for state in waiting(centre)[1]][:2] == ["east-1", "east-2"]


def test_of_events_the_newest_wait_and_that_others_are_left_out_is_a_fault(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    limit = OutboxLimit(centre.store, few=10, most=20)
    limit.look(centre.now)
    centre.open()
    for _ in range(30):
        centre.wait(MINUTE)
    events, _ = waiting(centre)
    centre.now = centre.now.after(LOOK_EVERY_MS)
    limit.look(centre.now)
    assert waiting(centre)[0] == events[-20:]
    assert f"the oldest {len(events) - 20} events" in caplog.text
    assert centre.events() == events  # in the database
    assert limit.faults(centre.now) == ("outbox",)
    centre.wait(SECOND)
    n_waiting = len(waiting(centre)[0])
    limit.look(centre.now)
    assert len(waiting(centre)[0]) == n_waiting  # looked a moment ago
    assert limit.faults(centre.now.after(FADES_MS)) == ()
