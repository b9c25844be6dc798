"""Many contacts for many people at once: what is urgent first, in turns that let others in, no more bells than one can hear."""

from collections.abc import Iterator

import pytest
from centre_bench import SECOND, Centre, house, policy, staffed
from centre_parts import T0, call_state
from databases import Database

from wardbell_callcenter.engine import turn
from wardbell_callcenter.house import Limits, Step
from wardbell_callcenter.routing import router

TOGETHER = policy(Step(after_s=10, to=["everybody"], ring_s=0), repeat_s=600)
QUIET = {"corridor_calls": 0, "button_calls": 0}
PEOPLE = ("Chen", "Li", "Wei")


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    yield from staffed(database.url, house(TOGETHER, incidents=QUIET), *PEOPLE)


def open_some(centre: Centre, n: int, last: str = "normal") -> None:
    for number in range(n):
        kind = last if number == n - 1 else "normal"
        call = call_state(f"east-{number}", kind, "east", room=str(number), placed_at_ms=T0 + number)
        centre.hear("placed", call)
        centre.escalate(call)


def asked(centre: Centre) -> dict[str, int]:
    """How many are asked about each call; of which nobody is, nothing."""
    return {contact.call_id: len(contact.offered_to) for contact in centre.contacts() if contact.offered_to}


def test_what_is_too_much_for_one_turn_is_done_in_several_the_most_urgent_first(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "CHANGES_AT_ONCE", 4)
    open_some(centre, 5, last="emergency")
    centre.now = centre.now.after(10 * SECOND)
    assert centre.engine.poll(centre.now)
    assert asked(centre) == {"east-4": 3, "east-0": 3}
    centre.poll()
    assert asked(centre) == {f"east-{number}": 3 for number in range(5)}
    assert centre.kinds().count("stepped") == 5


def test_ends_are_too_much_for_one_turn_too(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    open_some(centre, 5)
    centre.wait(10 * SECOND)
    monkeypatch.setattr(turn, "CHANGES_AT_ONCE", 4)
    centre.wait(600 * SECOND)
    loops = [contact.loop for contact in centre.contacts()]
    assert (loops, set(asked(centre).values())) == ([1] * 5, {3})
    assert centre.kinds().count("stepped") == 10


def test_no_more_rings_for_one_person_than_the_house_says(centre: Centre) -> None:
    centre.describe(house(TOGETHER, incidents=QUIET, limits=Limits(rings_at_once=2)))
    open_some(centre, 5, last="emergency")
    centre.wait(10 * SECOND)
    assert asked(centre) == {"east-4": 3, "east-0": 3}
    assert {contact.step for contact in centre.contacts()} == {0}
    assert centre.accept("Li", centre.contact("east-0").contact_id).ok
    centre.wait(router.ROOM_IN_MS)
    assert asked(centre) == {"east-4": 3, "east-1": 2}
