"""The routing hook against a real HTTP server: one that is right, slow, wrong, silent, or not there."""

import threading
from collections.abc import Iterator

import msgspec
import pytest
from hook_program import HookProgram, hook_program
from servers import wait_until

from wardbell_callcenter.house import Hook
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
        assert self.called.acquire(timeout=20)
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
    hook = Hook(url=program.url, secret="between us")
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
        (200, b'{"agents": ["ana"], "x": "' + b"x" * 70_000 + b'"}', "refused"),
        (302, b'{"agents": ["ana"]}', "status"),
        (500, b'{"agents": ["ana"]}', "status"),
    ],
)
def test_an_answer_that_is_none_has_no_opinion_and_is_counted(
    program: HookProgram, asker: Asker, status: int, body: bytes, verdict: str
) -> None:
    program.status, program.body = status, body
    assert asker.ask(Hook(url=program.url), question()) == ()
    assert dict(asker.hook.counts) == {verdict: 1}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/route", "nonsense", "ftp://127.0.0.1/", "http://[::1"])
def test_a_program_that_cannot_be_reached_has_no_opinion(asker: Asker, url: str) -> None:
    assert asker.ask(Hook(url=url, timeout_s=5), question()) == ()
    assert dict(asker.hook.counts) == {"unreachable": 1}


def test_a_slow_program_has_no_opinion_after_its_time_and_its_late_answer_is_not_heard(
    program: HookProgram, asker: Asker
) -> None:
    program.release.clear()
    program.body = b'{"agents": ["ana"]}'
    assert asker.ask(Hook(url=program.url, timeout_s=0.05), question()) == ()
    program.release.set()
    assert asker.ask(Hook(url=program.url, timeout_s=5), question("c2")) == ("ana",)  # it has spoken since
    assert asker.hook.answer(Asking("c1", 0, 0)) == ()
    assert asker.hook.counts == {"timeout": 1, "answered": 1}


def test_one_that_hangs_keeps_no_other_contact_waiting(program: HookProgram, asker: Asker) -> None:
    program.release.clear()
    asker.hook.ask(Hook(url=program.url, timeout_s=5), question())
    with hook_program() as other:
        other.body = b'{"agents": ["ben"]}'
        assert asker.ask(Hook(url=other.url), question("c2")) == ("ben",)
    assert asker.hook.answer(Asking("c1", 0, 0)) is None


def test_one_that_has_failed_several_times_is_left_alone_and_is_a_fault_until_it_answers(
    program: HookProgram, asker: Asker
) -> None:
    hook = Hook(url=program.url)
    program.status = 500
    for number in range(ILL_AFTER):
        assert asker.hook.is_worth_waiting
        assert asker.hook.faults() == ()
        asker.ask(hook, question(f"c{number}"))
    assert not asker.hook.is_worth_waiting
    assert asker.hook.faults() == ("hook",)
    program.status = 200
    asker.ask(hook, question("c9"))
    assert asker.hook.is_worth_waiting
    assert asker.hook.faults() == ()


def test_it_ends_with_a_question_under_way(program: HookProgram) -> None:
    asker = Asker()
    program.release.clear()
    asker.hook.ask(Hook(url=program.url, timeout_s=5), question())
    wait_until(lambda: len(program.requests) == 1, "it is asked")
    asker.hook.stop()
    assert asker.hook.answer(Asking("c1", 0, 0)) is None
