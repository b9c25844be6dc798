"""Secrets are tried one after another, and not many."""

from concurrent.futures import ThreadPoolExecutor

from wardbell_callcenter.house import Agent, House
from wardbell_callcenter.people.door import FREE_TRIES, LONGEST_WAIT_MS, WRONG, Door
from wardbell_callcenter.people.secret import make_secret

HOUSE = House(agents={"Wei": Agent(secret=make_secret("1234", bytes(16))), "Li": Agent()})


def knock(door: Door, now_ms: int, said: str = "0000") -> str:
    return door.refusal(HOUSE, "Wei", said, now_ms)


def test_the_right_secret_opens_and_where_none_is_asked_for_anything_does() -> None:
    door = Door()
    assert knock(door, 0, "1234") == ""
    assert door.refusal(HOUSE, "Li", "", 0) == ""
    assert door.refusal(House(), "Wei", "whatever", 0) == ""


def test_who_is_wrong_too_often_waits_longer_each_time_also_with_the_right_one() -> None:
    door = Door()
    assert [knock(door, 0) for _ in range(FREE_TRIES)] == [WRONG] * FREE_TRIES
    assert knock(door, 999, "1234") == "too many wrong secrets: wait 1 s"
    assert knock(door, 1000) == WRONG
    assert knock(door, 1001, "1234") == "too many wrong secrets: wait 2 s"
    assert knock(door, 3000, "1234") == ""
    assert knock(door, 3000) == WRONG  # and begins anew
    assert knock(door, 3000, "1234") == ""


def test_the_wait_has_an_end_and_is_one_persons() -> None:
    door = Door()
    now_ms = 0
    for _ in range(12):
        now_ms += LONGEST_WAIT_MS
        assert knock(door, now_ms) == WRONG
    assert knock(door, now_ms + LONGEST_WAIT_MS - 1, "1234") == "too many wrong secrets: wait 1 s"
    assert door.refusal(HOUSE, "Li", "", now_ms) == ""
    assert knock(door, now_ms + LONGEST_WAIT_MS, "1234") == ""


def test_slips_of_yesterday_do_not_count() -> None:
    door = Door()
    for day in range(10):
        assert knock(door, day * 86_400_000) == WRONG
    assert knock(door, 9 * 86_400_000 + 1, "1234") == ""


def test_who_tries_many_at_the_same_moment_tries_no_more_than_one_by_one() -> None:
    door = Door()
    with ThreadPoolExecutor(16) as threads:
        said = list(threads.map(lambda _: knock(door, 0), range(16)))
    assert said.count(WRONG) == FREE_TRIES
