"""A client of the API for the command line: one request, sent again with the same key while nobody answers."""

import os
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import msgspec
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from wardbell_callcenter.api.bodies import Beat
from wardbell_callcenter.api.problems import Problem
from wardbell_protocol.bus.centre_payloads import CentreEvent
from wardbell_protocol.errors import ConfigError, WardbellError

DEFAULT_URL = "http://127.0.0.1:8750"
TRIES = 5
TRY_EVERY_S = 1.0  # together longer than a standby takes to lead
TIMEOUT_S = 10.0
SILENCE_S = 20.0  # a stream beats each 5 s

T = TypeVar("T")


class RefusedError(WardbellError):
    """The API said no, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class UnavailableError(WardbellError):
    """Nobody answers, or nobody who leads."""


def token_of(file: Path | None, home: Path) -> str:
    """From that file, else $WARDBELL_TOKEN, else the file `token` in the state folder.

    Raises:
        ConfigError: there is none.
    """
    said = os.environ.get("WARDBELL_TOKEN", "")
    if file is None and said:
        return said.strip()
    path = file or home / "token"
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        remedy = "no token; `wardbell house token NAME` makes one for --token-file or WARDBELL_TOKEN"
        raise ConfigError(str(path), "--token-file", remedy) from error


class Api:
    """The API at that address, asked with that token. A context manager: it lets its connection go."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=self._url, headers=self._headers, timeout=TIMEOUT_S)

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, form: type[T], query: Mapping[str, str | list[str]] | None = None) -> T:
        """What stands there.

        Raises:
            RefusedError, UnavailableError
        """
        return _decoded(self._ask("GET", path, params=query), form)

    def post(self, path: str, form: type[T], body: dict[str, Any] | None = None) -> T:
        """Have it done; once, however often it has to be sent.

        Raises:
            RefusedError, UnavailableError
        """
        return _decoded(self._ask("POST", path, json=body, headers={"Idempotency-Key": str(uuid4())}), form)

    def events(self, after: int | None) -> Generator[CentreEvent, None, None]:
        """Each as it comes, behind that number where one is given; comes again by itself after a gap, and misses none.

        Raises:
            RefusedError: the token does not count.
        """
        while True:
            with suppress(OSError, TimeoutError, ConnectionClosed, InvalidHandshake):
                for event in self._listen(after):
                    after = event.seq
                    if isinstance(event, CentreEvent):
                        yield event
            self.get("/v1/me", dict[str, Any])  # says why, where it is for good
            time.sleep(TRY_EVERY_S)

    def _listen(self, after: int | None) -> Iterator[CentreEvent | Beat]:
        url = self._url.replace("http", "ws", 1) + "/v1/events" + ("" if after is None else f"?after={after}")
        with connect(url, additional_headers=self._headers, open_timeout=TIMEOUT_S, max_size=None) as socket:
            while True:
                said = socket.recv(timeout=SILENCE_S)
                raw = said.encode() if isinstance(said, str) else said
                is_beat = msgspec.json.decode(raw, type=_Kind).kind == "beat"
                yield msgspec.json.decode(raw, type=Beat) if is_beat else msgspec.json.decode(raw, type=CentreEvent)

    def _ask(self, method: str, path: str, **said: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        why = ""
        for number in range(TRIES):
            if number:
                time.sleep(TRY_EVERY_S)
            try:
                answer = self._client.request(method, path, **said)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                why = f"{self._url}: {error}"
                continue
            if answer.status_code not in (429, 502, 503, 504):
                return answer
            why = _problem(answer).detail
        raise UnavailableError(why)


class _Kind(msgspec.Struct):
    kind: str


def _decoded(answer: httpx.Response, form: type[T]) -> T:
    if answer.is_success:
        return msgspec.json.decode(answer.content, type=form)
    raise RefusedError(_problem(answer))


def _problem(answer: httpx.Response) -> Problem:
    try:
        return msgspec.json.decode(answer.content, type=Problem)
    except msgspec.MsgspecError:  # of a proxy, not of ours
        return Problem(
            title=answer.reason_phrase, status=answer.status_code, detail=f"HTTP {answer.status_code}", remedy=""
        )
