"""A button that is pressed again: while its contact is open, before there is one, and after somebody said that it is over."""

from collections.abc import Iterator

import msgspec
import pytest
from centre_bench import MINUTE, Centre, staffed
from centre_parts import acknowledged, attended, call_state, cleared
from databases import Database

from wardbell_protocol.bus.payloads import CallState
from wardbell_protocol.calls.signals import PRIORITY


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    yield from staffed(database.url, None, "Wei")


def pressed(centre: Centre, call: CallState, times: int) -> CallState:
    """That call, its button pressed so often by now."""
    return msgspec.structs.replace(call, presses=times, last_press_at_ms=centre.now.wall_ms)


def test_it_makes_the_contact_more_urgent_and_takes_it_from_nobody(centre: Centre) -> None:
    call, first = call_state(), centre.open()
    centre.hear("pressed_again", pressed(centre, call, 2))
    waiting = centre.contact()
    assert (waiting.repeats, waiting.priority, waiting.step) == (1, first.priority + 1, first.step)
    assert centre.kinds()[-1] == "repeated"
    assert centre.accept("Wei", first.contact_id).ok
    centre.wards.connection_lost()
    centre.ward.calls[call.call_id] = pressed(centre, call, 5)  # three times while nobody listened
    centre.hear_snapshot()
    centre.hear_snapshot()
    held = centre.contact()
    assert (held.status, held.accepted_by, held.repeats, held.priority) == ("accepted", "Wei", 4, first.priority + 4)


def test_pressed_while_somebody_is_at_the_bed_it_waits_for_him_no_longer(centre: Centre) -> None:
    call = call_state()
    centre.open()
    on_his_way = acknowledged(call, centre.now.wall_ms)
    centre.hear("acknowledged", on_his_way)
    centre.hear("pressed_again", pressed(centre, on_his_way, 2))
    assert centre.contact().step == 0  # he is on his way, and somebody who waits presses often
    there = attended(pressed(centre, on_his_way, 2), centre.now.wall_ms + 1, by="203-2")
    centre.hear("attended", there)
    assert centre.contact().step == 0
    centre.hear("pressed_again", pressed(centre, there, 3))
    assert (centre.contact().step, centre.contact().repeats) == (1, 2)


def test_presses_before_the_call_centre_was_asked_count_too(centre: Centre) -> None:
    contact = centre.open(presses=3)
    assert (contact.repeats, contact.priority) == (2, PRIORITY["normal"] + 2)


def test_a_button_that_is_pressed_all_the_time_overtakes_no_other_kind_of_call(centre: Centre) -> None:
    restless, other = centre.open("east-1", presses=99), centre.open("east-2", "staff_assist", room="204")
    assert restless.repeats == 98
    assert PRIORITY["normal"] < restless.priority < other.priority


@pytest.mark.parametrize("is_restarted", [False, True])
def test_after_somebody_said_that_it_is_over_it_looks_for_somebody_anew(centre: Centre, is_restarted: bool) -> None:
    call, first = call_state(), centre.open()
    answered = acknowledged(call, centre.now.wall_ms, by="Wei")
    assert centre.accept("Wei", first.contact_id).ok
    centre.hear("acknowledged", answered)
    assert centre.do("resolve", "Wei", contact_id=first.contact_id).ok
    centre.wait(MINUTE)
    if is_restarted:
        centre.restart()
        centre.hear_snapshot()
    centre.hear("acknowledged", answered)  # nobody has pressed
    assert centre.contacts() == []
    again = pressed(centre, answered, 3)
    centre.hear("pressed_again", again)
    centre.hear_snapshot()
    (second,) = centre.contacts()
    assert (second.status, second.offered_to) == ("offered", ["Wei"])
    assert (second.repeats, second.pressed_at_ms) == (1, centre.now.wall_ms)
    centre.hear("cleared", cleared(again, centre.now.wall_ms))
    assert centre.contacts() == []
    with centre.store.reading() as ledger:
        (case,) = ledger.figures.cases(second.opened_at_ms, second.opened_at_ms + 1)
    assert case.ward_answered_at_ms is None  # who came for the first did not come for this one
    assert case.is_given_up


def test_a_clock_that_is_set_back_opens_nothing_anew(centre: Centre) -> None:
    call, first = call_state(), centre.open()
    for presses in (1, 2):
        (contact,) = centre.contacts()
        assert centre.accept("Wei", contact.contact_id).ok
        assert centre.do("resolve", "Wei", contact_id=contact.contact_id).ok
        if presses == 1:
            centre.set_clock(-60 * MINUTE)
            centre.hear("pressed_again", pressed(centre, call, 2))
    centre.hear("raised_again", msgspec.structs.replace(pressed(centre, call, 2), loop=1))
    assert centre.contacts() == []
    assert contact.opened_at_ms < first.opened_at_ms
