"""Asks the house's own program whom to ask (House.hook), beside the engine and never inside one of its transactions.

The engine leaves a contact's step unasked for at most the hook's time-out, goes on with all others, and comes back when an
answer is there or the time is over. Nothing here lasts: after a crash the time is over, and our own choice counts.
"""

import asyncio
import logging
import ssl
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress

import httpx

from wardbell_callcenter.house import Hook
from wardbell_callcenter.ports.signature import signature_headers
from wardbell_callcenter.routing.question import AnswerError, Asking, Question, named
from wardbell_protocol.bus.payloads import encode

log = logging.getLogger("wardbell.callcenter")

AT_ONCE = 16
LONGEST_ANSWER = 65_536  # bytes
KEPT = 1000  # answers, for whoever is asked after a refusal
ILL_AFTER = 3  # failures in a row
LEFT_ALONE_S = 30.0  # then contacts do not wait for it any more until it is tried again
STOP_S = 2.0


class RoutingHook:
    """One thread with a loop of its own, so that a program that hangs keeps nobody but itself waiting.

    Args:
        wake: called when an answer, or its failure, is there to be taken, on a thread that it may keep busy.

    Attributes:
        counts: what became of the questions: `answered`, and by reason what did not count: `timeout`, `unreachable`, `status`,
            `refused` (no answer of that form, or unfit agents).
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self.counts: Counter[str] = Counter()
        self._wake = wake
        self._lock = threading.Lock()  # over what both threads use: all that follows
        self._open: set[Asking] = set()
        self._answers: OrderedDict[Asking, tuple[str, ...]] = OrderedDict()
        self._fresh: set[str] = set()
        self._has_ended = False
        self._failures = 0  # in a row
        self._left_alone_until_s = 0.0
        self._room = asyncio.Semaphore(AT_ONCE)
        self._client: httpx.AsyncClient | None = None
        self._under_way: set[asyncio.Task[None]] = set()  # of the loop's thread alone
        self._loop: asyncio.AbstractEventLoop | None = None  # of a house that has such a program
        self._thread: threading.Thread | None = None

    @property
    def is_worth_waiting(self) -> bool:
        """Whether a question may be answered: not while it has only just failed several times in a row."""
        with self._lock:
            return time.monotonic() >= self._left_alone_until_s

    def faults(self) -> tuple[str, ...]:
        """For the life sign."""
        with self._lock:
            return ("hook",) if self._failures >= ILL_AFTER else ()

    def ask(self, hook: Hook, question: Question) -> None:
        """Begin to ask, once for each step and loop; comes back at once. After the time-out it has no opinion."""
        with self._lock:
            if self._has_ended or question.asking in self._open or question.asking in self._answers:
                return
            self._open.add(question.asking)
            asyncio.run_coroutine_threadsafe(self._ask(hook, question), self._running())

    def answer(self, asking: Asking) -> tuple[str, ...] | None:
        """Whom it named; empty: no opinion; None: nothing heard yet."""
        with self._lock:
            return self._answers.get(asking)

    def take_answered(self) -> set[str]:
        """Contacts that need not wait any more, each once."""
        with self._lock:
            fresh, self._fresh = self._fresh, set()
            return fresh

    def stop(self) -> None:
        """End it; what is under way has no opinion."""
        with self._lock:
            self._has_ended = True
            loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._leave(), loop).result(STOP_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(STOP_S)
        if not thread.is_alive():
            loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="routing-hook", daemon=True)
            self._thread.start()
        return self._loop

    async def _leave(self) -> None:
        """Only what asks is cancelled here: the tasks that it has begun itself, it ends itself, and waits for."""
        asking = list(self._under_way)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    async def _ask(self, hook: Hook, question: Question) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        names: tuple[str, ...] = ()
        try:
            async with asyncio.timeout(hook.timeout_s), self._room:
                names = named(question, await self._post(hook, question))
            verdict = "answered"
        except TimeoutError:
            verdict = "timeout"
        except AnswerError as error:
            verdict = "refused"
            log.warning("routing hook, contact %s: %s", question.contact.contact_id, error)
        except httpx.HTTPStatusError:
            verdict = "status"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            verdict = "unreachable"
        except Exception as error:  # whatever it is: contacts do not wait for one that cannot be asked
            verdict = "unreachable"
            log.error("routing hook: %s: %s", type(error).__name__, error)
        self._keep(question.asking, names, verdict)
        await asyncio.to_thread(self._wake)

    async def _post(self, hook: Hook, question: Question) -> bytes:
        if self._client is None:
            self._client = httpx.AsyncClient(verify=ssl.create_default_context(), timeout=None, trust_env=False)
        body = encode(question)
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        headers |= signature_headers(hook.secret, "-".join(map(str, question.asking)), int(time.time()), body)
        async with self._client.stream("POST", hook.url, content=body, headers=headers) as answer:
            if not answer.is_success:
                raise httpx.HTTPStatusError(str(answer.status_code), request=answer.request, response=answer)
            said = b""
            async for part in answer.aiter_raw():  # unpacked, a small part may fill the memory
                said += part
                if len(said) > LONGEST_ANSWER:
                    raise AnswerError(f"more than {LONGEST_ANSWER} bytes")
            return said

    def _keep(self, asking: Asking, names: tuple[str, ...], verdict: str) -> None:
        with self._lock:
            self.counts[verdict] += 1
            self._failures = 0 if verdict == "answered" else self._failures + 1
            is_ill = self._failures >= ILL_AFTER
            self._left_alone_until_s = time.monotonic() + LEFT_ALONE_S if is_ill else 0.0
            self._open.discard(asking)
            self._answers[asking] = names
            self._fresh.add(asking.contact_id)
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
