"""How often a delivery is tried and how long, and when a way out is a fault."""

import pytest

from wardbell_callcenter.ports.faults import FADES_MS, Failures
from wardbell_callcenter.ports.patience import LASTS_MS, is_too_late, wait_ms
from wardbell_callcenter.ports.places import Places


def test_the_waits_are_planned() -> None:
    assert [wait_ms(attempts) // 1000 for attempts in range(1, 9)] == [1, 2, 5, 10, 30, 60, 60, 60]


@pytest.mark.parametrize("what", ["withdraw", "event", "ward"])
def test_what_does_no_good_after_a_while_is_given_up_after_that_while(what: str) -> None:
    lasts_ms = LASTS_MS[what]
    assert lasts_ms is not None
    due_ms = tried = 0
    while True:  # each attempt is made when it is due, and fails at once
        tried += 1
        assert is_too_late(what, tried, due_ms, due_ms) == (due_ms > lasts_ms)
        if due_ms > lasts_ms:
            break
        due_ms += wait_ms(tried)
    assert due_ms <= lasts_ms + 60_000


def test_an_attempt_that_takes_its_time_counts() -> None:
    assert not is_too_late("ward", 1, 0, 3_600_000)
    assert is_too_late("ward", 1, 0, 3_600_001)
    assert not is_too_late("ward", 3, 3_000, 3_600_000)  # the two waits before it were 3 s
    assert is_too_late("ward", 3, 3_000, 3_600_001)


def test_an_offer_is_tried_for_as_long_as_it_is_needed() -> None:
    assert not is_too_late("offer", 100_000, 0, 10**12)


def test_a_fault_is_there_until_something_gets_through_or_nothing_is_tried() -> None:
    failures = Failures()
    failures.failed("mail", 0)
    failures.failed("webhook-family", 1000)
    failures.failed("", 1000)
    assert failures.names(1000) == ("mail", "webhook-family")
    failures.got_through("mail")
    failures.got_through("webhook-other")
    assert failures.names(1000 + FADES_MS - 1) == ("webhook-family",)
    assert failures.names(1000 + FADES_MS) == ()


def test_one_that_failed_is_tried_one_at_a_time_and_all_of_them_have_half_of_the_threads() -> None:
    places = Places(threads=4, per_address=2)
    assert [places.take("a") for _ in range(3)] == [True, True, False]
    assert places.full() == {"a"}
    for _ in range(2):
        places.give_back("a", has_failed=True)
    assert [places.take("a") for _ in range(2)] == [True, False]
    for other in ("b", "c"):
        assert places.take(other)
        places.give_back(other, has_failed=True)
    assert [places.take(name) for name in ("b", "c", "d")] == [True, False, True]
    assert places.full() == {"a", "b", "c"}
    places.give_back("a", has_failed=False)
    assert [places.take("a") for _ in range(3)] == [True, True, False]


def test_where_all_addresses_have_the_same_other_side_none_has_to_wait_for_another() -> None:
    places = Places(threads=1, per_address=None)
    assert all(places.take("a") for _ in range(9))
    assert places.full() == frozenset()
