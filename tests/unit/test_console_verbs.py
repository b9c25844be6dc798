"""A verb is pending until its authority answers; without an answer it may be sent again and stays the same command."""

import msgspec

from wardbell_console.verbs import ANSWER_WITHIN_MS, CONFIRMED, PENDING, REFUSAL_SHOWN_MS, REFUSED, UNCONFIRMED, Verbs
from wardbell_protocol.bus.payloads import Command, Reply, decode

PLACE = ("203", "2")


def command(number: int, verb: str = "acknowledge") -> Command:
    return Command(
        command_id=f"id-{number}", verb=verb, by="Li Na", reply_to="console-a", at_ms=0, call_id="e-1"  # type: ignore[arg-type]
    )  # fmt: skip


def sent(verbs: Verbs, number: int, now_ms: int) -> list[str]:
    publications = verbs.send("east", "e-1", PLACE, command(number), now_ms)
    assert all(p.topic == "wardbell/v1/east/command" for p in publications)
    return [decode(p.payload, Command).command_id for p in publications]


def state(verbs: Verbs) -> str:
    attempt = verbs.of("e-1")
    return attempt.state if attempt is not None else ""


def test_a_verb_is_pending_and_not_sent_twice() -> None:
    verbs = Verbs()
    assert sent(verbs, 1, 0) == ["id-1"]
    assert sent(verbs, 2, 100) == []
    assert state(verbs) == PENDING


def test_an_answer_confirms_and_settles() -> None:
    verbs = Verbs()
    sent(verbs, 1, 0)
    attempt = verbs.receive(Reply(command_id="id-1", ok=True), 50)
    assert attempt is not None
    assert (attempt.state, state(verbs)) == (CONFIRMED, "")
    assert verbs.receive(Reply(command_id="id-1", ok=True), 60) is None


def test_another_console_s_answer_settles_nothing() -> None:
    verbs = Verbs()
    sent(verbs, 1, 0)
    assert verbs.receive(Reply(command_id="id-9", ok=True), 50) is None
    assert state(verbs) == PENDING


def test_a_refusal_is_shown_for_a_while_with_its_reason() -> None:
    verbs = Verbs()
    sent(verbs, 1, 0)
    attempt = verbs.receive(Reply(command_id="id-1", ok=False, reason="already acknowledged by Wu"), 50)
    assert attempt is not None
    assert (attempt.state, attempt.reason) == (REFUSED, "already acknowledged by Wu")
    verbs.poll(50 + REFUSAL_SHOWN_MS - 1)
    assert state(verbs) == REFUSED
    verbs.poll(50 + REFUSAL_SHOWN_MS)
    assert state(verbs) == ""


def test_no_answer_makes_it_unconfirmed_once_and_the_retry_is_the_same_command() -> None:
    verbs = Verbs()
    sent(verbs, 1, 0)
    assert verbs.poll(ANSWER_WITHIN_MS - 1) == []
    assert [attempt.state for attempt in verbs.poll(ANSWER_WITHIN_MS)] == [UNCONFIRMED]
    assert verbs.poll(ANSWER_WITHIN_MS + 1) == []
    assert sent(verbs, 2, 6000) == ["id-1"]
    assert state(verbs) == PENDING


def test_who_sits_there_next_does_not_speak_in_the_name_of_who_had_no_answer() -> None:
    verbs = Verbs()
    sent(verbs, 1, 0)
    verbs.poll(ANSWER_WITHIN_MS)
    (said,) = verbs.send("east", "e-1", PLACE, msgspec.structs.replace(command(2), by="Wu"), 6000)
    again = decode(said.payload, Command)
    assert (again.command_id, again.by) == ("id-2", "Wu")


def test_a_late_answer_still_counts() -> None:
    verbs = Verbs()
    sent(verbs, 1, 0)
    verbs.poll(60_000)
    attempt = verbs.receive(Reply(command_id="id-1", ok=True), 61_000)
    assert attempt is not None
    assert state(verbs) == ""


def test_the_event_of_the_same_person_confirms_before_the_answer() -> None:
    verbs = Verbs()
    sent(verbs, 1, 0)
    assert verbs.happened("acknowledge", "e-1", "Wu") is None
    assert verbs.happened("acknowledge", "e-1", "Li Na") is not None
    assert state(verbs) == ""


def test_a_refusal_of_our_own_does_not_lose_the_id_of_an_unanswered_command() -> None:
    verbs = Verbs()
    sent(verbs, 1, 0)
    verbs.poll(ANSWER_WITHIN_MS)
    verbs.refuse("e-1", PLACE, command(2), "reason.no_broker", 6000)
    assert sent(verbs, 3, 7000) == ["id-1"]


def test_a_target_that_is_gone_is_forgotten_unless_an_answer_is_awaited() -> None:
    verbs = Verbs()
    sent(verbs, 1, 0)
    verbs.forget("e-1")
    assert state(verbs) == PENDING
    verbs.poll(ANSWER_WITHIN_MS)
    verbs.forget("e-1")
    assert state(verbs) == ""


def test_a_clock_set_back_an_hour_leaves_no_verb_pending_for_an_hour() -> None:
    verbs = Verbs()
    sent(verbs, 1, 3_600_000)
    assert verbs.poll(0) == []
    assert [attempt.state for attempt in verbs.poll(ANSWER_WITHIN_MS)] == [UNCONFIRMED]
