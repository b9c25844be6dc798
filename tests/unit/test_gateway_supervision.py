"""What is a fault, and when; in virtual time."""

from wardbell_gateway.supervision import (
    BROKER,
    LINK_LOST,
    NO_CALL_CENTRE,
    NO_CONSOLE,
    REGISTRY,
    FoundFaults,
    Supervision,
)

LINK = ("receiver", LINK_LOST)


def watched(*seen: str) -> Supervision:
    return Supervision(["receiver"], seen, 0)


def test_a_start_is_no_fault_before_its_time() -> None:
    watch = watched()
    assert watch.judge(5_000) == {REGISTRY: False}
    assert watch.judge(5_001) == {REGISTRY: False, LINK: True}
    assert watch.judge(10_001) == {REGISTRY: False, LINK: True, BROKER: True}


def test_a_receiver_comes_and_goes() -> None:
    watch = watched()
    watch.receiver("receiver", True, 1_000)
    assert watch.judge(60_000)[LINK] is False
    watch.receiver("receiver", False, 61_000)
    watch.receiver("receiver", False, 61_000)
    assert LINK not in watch.judge(66_000)  # neither raised nor taken away
    assert watch.judge(66_001)[LINK] is True
    watch.receiver("receiver", True, 70_000)
    assert watch.judge(70_000)[LINK] is False


def test_the_broker_is_missed_after_ten_seconds() -> None:
    watch = watched()
    watch.broker(True, 100)
    assert watch.judge(100)[BROKER] is False
    watch.broker(False, 1_000)
    assert BROKER not in watch.judge(11_000)
    assert watch.judge(11_001)[BROKER] is True


def test_a_ward_that_never_had_a_console_misses_none() -> None:
    watch = watched()
    watch.broker(True, 0)
    assert NO_CONSOLE not in watch.judge(1_000_000)


def test_the_last_console_is_missed_when_it_falls_silent_or_leaves() -> None:
    watch = watched()
    watch.broker(True, 0)
    watch.follower("console", "a", True, 1_000)
    assert watch.judge(16_000)[NO_CONSOLE] is False
    assert watch.judge(16_001)[NO_CONSOLE] is True
    watch.follower("console", "b", True, 20_000)
    assert watch.judge(20_000)[NO_CONSOLE] is False
    watch.follower("console", "b", False, 21_000)
    assert NO_CONSOLE not in watch.judge(36_000)
    assert watch.judge(36_001)[NO_CONSOLE] is True


def test_a_ward_that_had_a_console_before_the_restart_misses_it() -> None:
    watch = watched("console")
    watch.broker(True, 2_000)
    assert NO_CONSOLE not in watch.judge(17_000)
    assert watch.judge(17_001)[NO_CONSOLE] is True


def test_without_a_broker_nobody_knows_of_consoles() -> None:
    watch = watched()
    watch.broker(True, 0)
    watch.follower("console", "a", True, 1_000)
    watch.broker(False, 2_000)
    assert NO_CONSOLE not in watch.judge(60_000)
    watch.broker(True, 60_000)
    assert NO_CONSOLE not in watch.judge(75_000)
    assert watch.judge(75_001)[NO_CONSOLE] is True


def test_a_call_centre_that_falls_silent_is_missed_whatever_consoles_are_there() -> None:
    watch = watched()
    watch.broker(True, 0)
    assert NO_CALL_CENTRE not in watch.judge(60_000)  # a house without one
    watch.follower("callcenter", "main", True, 60_000)
    watch.follower("console", "a", True, 75_000)
    assert watch.judge(75_000)[NO_CALL_CENTRE] is False
    missed = watch.judge(75_001)
    assert (missed[NO_CALL_CENTRE], missed[NO_CONSOLE]) == (True, False)
    watch.follower("callcenter", "main", True, 76_000)
    assert watch.judge(76_000)[NO_CALL_CENTRE] is False


def test_a_call_centre_that_is_not_to_come_back_is_missed_no_more() -> None:
    watch = watched("callcenter", "console")
    watch.broker(True, 0)
    assert watch.judge(15_001)[NO_CALL_CENTRE] is True
    assert watch.forget_follower("callcenter", "main")
    assert (watch.judge(15_002)[NO_CALL_CENTRE], watch.judge(15_002)[NO_CONSOLE]) == (False, True)
    watch.follower("console", "a", True, 16_000)
    watch.follower("console", "b", True, 16_000)
    assert not watch.forget_follower("console", "a")  # there is another one, and it is missed when it goes
    assert watch.judge(31_001)[NO_CONSOLE] is True


def test_the_registry_is_a_fault_at_once() -> None:
    watch = watched()
    watch.registry(False)
    assert watch.judge(0)[REGISTRY] is True
    watch.registry(True)
    assert watch.judge(0)[REGISTRY] is False


def test_what_ears_find_is_a_fault_while_one_of_them_does() -> None:
    found = FoundFaults([("203-1", "forged_frames")])
    here, there = ("203-2", "forged_frames"), ("203-3", "bare_words")
    assert found.judge([], []) == {("203-1", "forged_frames"): False}
    assert found.judge([here], [here, there]) == {("203-1", "forged_frames"): False, here: True, there: True}
    assert found.judge([here], []) == {("203-1", "forged_frames"): False, here: True, there: False}
    assert found.judge([], [])[here] is False
