"""The routing hook against a real HTTP server: one that is right, slow, wrong, silent, or not there."""

import gc
import threading
import time
from collections.abc import Iterator

import msgspec
import pytest
from centre_bench import SECOND, Centre, house, policy
from databases import Database
from hook_program import HookProgram, hook_program
from servers import DEADLINE_S, wait_until

from wardbell_callcenter.engine.engine import Engine
from wardbell_callcenter.house import Hook, Step
from wardbell_callcenter.ports.signature import signature_headers
from wardbell_callcenter.routing.facts import AgentFacts
from wardbell_callcenter.routing.hook import ILL_AFTER, RoutingHook
from wardbell_callcenter.routing.question import Asking, Question, candidates_of
from wardbell_protocol.bus.centre_payloads import ContactState

PEOPLE = [AgentFacts(name="ana", state="ready", free_since_ms=400), AgentFacts(name="ben", state="ready")]


def question(contact_id: str = "c1", step: int = 0) -> Question:
    """About a contact for which ana or ben can be asked."""
    contact = ContactState(
        contact_id=contact_id, kind="bed_call", status="new", priority=20, pressed_at_ms=1, opened_at_ms=2
    )
    return Question(
        contact=contact, step=step, loop=0, strategy="ring_all", candidates=candidates_of(PEOPLE, now_ms=1000)
    )


def asked_at(url: str, secret: str = "") -> Hook:
    """A program that has as long as this machine needs."""
    return Hook(url=url, timeout_s=DEADLINE_S, secret=secret)


@pytest.fixture
def program() -> Iterator[HookProgram]:
    with hook_program() as running:
        yield running


class Asker:
    """A routing hook, and whether it has called."""

    def __init__(self) -> None:
        self.called = threading.Semaphore(0)
        self.hook = RoutingHook(self.called.release)

    def ask(self, hook: Hook, about: Question) -> tuple[str, ...] | None:
        """The answer, once it calls."""
        self.hook.ask(hook, about)
        assert self.called.acquire(timeout=DEADLINE_S)
        return self.hook.answer(about.asking)


@pytest.fixture
def asker() -> Iterator[Asker]:
    running = Asker()
    yield running
    running.hook.stop()


def test_it_is_asked_once_signed_with_contact_and_candidates_and_its_answer_is_kept(
    program: HookProgram, asker: Asker
) -> None:
    program.body = b'{"agents": ["ben", "ana", "ben"], "version": 3}'
    hook = asked_at(program.url, secret="between us")
    assert asker.hook.answer(Asking("c1", 0, 0)) is None
    assert asker.ask(hook, question()) == ("ben", "ana")
    assert asker.hook.take_answered() == {"c1"}
    assert asker.hook.take_answered() == set()
    asker.hook.ask(hook, question())  # again: somebody has refused
    assert asker.ask(hook, question(step=1)) == ("ben", "ana")
    assert len(program.requests) == 2
    path, headers, body = program.requests[0]
    assert path == "/route"
    asked = msgspec.json.decode(body, type=Question)
    assert [(one.agent, one.idle_ms) for one in asked.candidates] == [("ana", 600), ("ben", 1000)]
    at_s = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signature_headers("between us", "c1-0-0", at_s, body)["webhook-signature"]


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b"", "answered"),
        (200, b'{"agents": []}', "answered"),
        (200, b'{"agents": ["ana", "zoe"]}', "refused"),
        (200, b'{"agents": "ana"}', "refused"),
        (200, b"<html>", "refused"),
        (200, b'{"x": ' + b"[" * 60_000 + b"]}", "refused"),
        (200, b'{"agents": ["\xff"]}', "refused"),
        (200, b'{"agents": ["ana"], "x": "' + b"x" * 70_000 + b'"}', "refused"),
        (302, b'{"agents": ["ana"]}', "status"),
        (500, b'{"agents": ["ana"]}', "status"),
    ],
)
def test_an_answer_that_is_none_has_no_opinion_and_is_counted(
    program: HookProgram, asker: Asker, status: int, body: bytes, verdict: str
) -> None:
    program.status, program.body = status, body
    assert asker.ask(asked_at(program.url), question()) == ()
    assert dict(asker.hook.counts) == {verdict: 1}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/route", "nonsense", "ftp://127.0.0.1/", "http://[::1", "http://127.0.0.1:99999/"]
)
def test_a_program_that_cannot_be_reached_has_no_opinion(asker: Asker, url: str) -> None:
    assert asker.ask(asked_at(url), question()) == ()
    assert dict(asker.hook.counts) == {"unreachable": 1}


def test_a_slow_program_has_no_opinion_after_its_time_and_its_late_answer_is_not_heard(
    program: HookProgram, asker: Asker
) -> None:
    program.release.clear()
    program.body = b'{"agents": ["ana"]}'
    assert asker.ask(Hook(url=program.url, timeout_s=0.05), question()) == ()
    program.release.set()
    assert asker.ask(asked_at(program.url), question("c2")) == ("ana",)  # it has spoken since
    assert asker.hook.answer(Asking("c1", 0, 0)) == ()
    assert asker.hook.counts == {"timeout": 1, "answered": 1}


def test_one_that_hangs_keeps_no_other_contact_waiting(program: HookProgram, asker: Asker) -> None:
    program.release.clear()
    asker.hook.ask(asked_at(program.url), question())
    with hook_program() as other:
        other.body = b'{"agents": ["ben"]}'
        assert asker.ask(asked_at(other.url), question("c2")) == ("ben",)
    assert asker.hook.answer(Asking("c1", 0, 0)) is None


def test_one_that_has_failed_several_times_is_left_alone_and_is_a_fault_until_it_answers(
    program: HookProgram, asker: Asker
) -> None:
    hook = asked_at(program.url)
    program.status = 500
    for number in range(ILL_AFTER):
        assert asker.hook.is_worth_waiting
        assert asker.hook.faults() == ()
        asker.ask(hook, question(f"c{number}"))
    state = (asker.hook.is_worth_waiting, asker.hook.faults())
    assert state == (False, ("hook",))
    program.status = 200
    asker.ask(hook, question("c9"))
    state = (asker.hook.is_worth_waiting, asker.hook.faults())
    assert state == (True, ())


def test_it_ends_with_a_question_under_way(program: HookProgram) -> None:
    asker = Asker()
    program.release.clear()
    asker.hook.ask(asked_at(program.url), question())
    wait_until(lambda: len(program.requests) == 1, "it is asked")
    asker.hook.stop()
    asker.hook.ask(asked_at(program.url), question("c2"))  # too late
    assert asker.hook.answer(Asking("c1", 0, 0)) is None
    assert len(program.requests) == 1


def test_it_ends_with_nothing_left_while_it_connects(program: HookProgram) -> None:
    program.release.clear()
    for number in range(12):  # at some instant of the connecting, another each time
        asker = Asker()
        asker.hook.ask(asked_at(program.url), question())
        time.sleep(number * 0.002)
        asker.hook.stop()
        del asker
        gc.collect()  # what was never awaited would say so now


TIMEOUT_S = 5.0  # of real time only where the program is silent, and then nobody waits for it


class Advised:
    """A call centre in virtual time, of a house with such a program."""

    def __init__(self, url: str, program: HookProgram, asker: Asker, **fields: object) -> None:
        step = Step(after_s=0, to=["everybody"], ring_s=0, **fields)  # type: ignore[arg-type]
        self._asker = asker
        self.centre = Centre(url, house(policy(step), hook=Hook(url=program.url, timeout_s=TIMEOUT_S)))
        self.begin()
        self.centre.sign_in("ana", "ben", "eve")

    def begin(self) -> None:
        """The engine with its routing hook."""
        self.centre.engine = Engine(self.centre.store, self.centre.wards, self._asker.hook)
        self.centre.hear_snapshot()

    def heed(self) -> None:
        """Go on once it has called."""
        assert self._asker.called.acquire(timeout=DEADLINE_S)
        self.centre.engine.heed_advice(self.centre.now)


@pytest.fixture
def advised(database: Database, program: HookProgram, asker: Asker) -> Iterator[Advised]:
    built = Advised(database.url, program, asker)
    yield built
    built.centre.store.close()


def test_a_contact_waits_for_the_answer_and_then_rings_for_whom_it_names(
    advised: Advised, program: HookProgram
) -> None:
    program.body = b'{"agents": ["ben"]}'
    centre = advised.centre
    assert centre.open().offered_to == []
    advised.heed()
    assert centre.contact().offered_to == ["ben"]
    body = msgspec.json.decode(program.requests[0][2], type=Question)
    assert (body.contact.room, [one.agent for one in body.candidates]) == ("203", ["ana", "ben", "eve"])
    centre.do("refuse", "ben", contact_id=centre.contact().contact_id)
    assert sorted(centre.contact().offered_to) == ["ana", "eve"]  # our own choice, of the rest
    centre.wait(60 * SECOND)  # the last step again: nobody waits for advice then
    assert sorted(centre.contact().offered_to) == ["ana", "ben", "eve"]
    assert len(program.requests) == 1


def test_after_its_time_our_own_choice_rings_and_its_late_answer_changes_nothing(
    advised: Advised, program: HookProgram
) -> None:
    program.release.clear()
    program.body = b'{"agents": ["ben"]}'
    centre = advised.centre
    centre.open()
    centre.wait(round(TIMEOUT_S * SECOND) - 1)
    assert centre.contact().offered_to == []
    centre.wait(1)
    assert sorted(centre.contact().offered_to) == ["ana", "ben", "eve"]
    program.release.set()
    advised.heed()
    assert sorted(centre.contact().offered_to) == ["ana", "ben", "eve"]


def test_a_refused_answer_leaves_it_to_our_own_choice_at_once(advised: Advised, program: HookProgram) -> None:
    program.body = b'{"agents": ["zoe"]}'
    advised.centre.open()
    advised.heed()
    assert sorted(advised.centre.contact().offered_to) == ["ana", "ben", "eve"]


def test_an_emergency_waits_for_nobody_and_a_program_that_hangs_holds_up_no_other_contact(
    advised: Advised, program: HookProgram
) -> None:
    program.release.clear()
    centre = advised.centre
    waiting = centre.open("east-1")
    assert sorted(centre.open("east-2", "emergency").offered_to) == ["ana", "ben", "eve"]
    assert centre.accept("ana", waiting.contact_id).ok  # from the board
    assert centre.contact("east-1").accepted_by == "ana"


def test_a_crash_while_it_is_asked_delays_no_further(advised: Advised, program: HookProgram) -> None:
    program.release.clear()
    centre = advised.centre
    centre.open()
    centre.restart()  # without a program: whatever was asked is forgotten
    centre.hear_snapshot()
    centre.wait(round(TIMEOUT_S * SECOND))
    assert sorted(centre.contact().offered_to) == ["ana", "ben", "eve"]


def test_one_that_has_failed_several_times_delays_no_contact(advised: Advised, program: HookProgram) -> None:
    program.status = 500
    for number in range(ILL_AFTER):
        assert advised.centre.open(f"east-{number}").offered_to == []
        advised.heed()
    assert sorted(advised.centre.open("east-9").offered_to) == ["ana", "ben", "eve"]
    assert advised.centre.engine.faults() == ("hook",)
