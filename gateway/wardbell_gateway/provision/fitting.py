"""The self-test of a board, part by part: what the board can measure it says, what only a person can tell is asked.

The board's side is wardbell_firmware/self_test.py. An answer that nobody gave is `untested`, never `ok`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

OK = "ok"
NOT_OK = "NOT OK"
UNTESTED = "untested"

KEY_WITHIN_S = 30
LOOK_MS = 1000
TONES_HZ = (1000, 2000)
LOW_CELL_MV = 1200  # an alkaline cell below it, while the node sends, is at its end
NO_CELLS_MV = 1000  # as the node has it (firmware/wardbell_firmware/bedside/supply.py)
AVERAGING_EDGES_PER_S = 2500  # protocol/spec/air.md, "Supervision": a module that hears its own noise
LOOPS = ("cord", "handset")  # open = pressed


class Board(Protocol):
    """The REPL, as far as the test needs it."""

    def run(self, code: str) -> str:
        """Run statements there."""

    def ask(self, expression: str) -> Any:  # noqa: ANN401 - JSON
        """The value of an expression there."""


class Installer(Protocol):
    """Who sits before the board."""

    def tell(self, text: str) -> None:
        """Say what is going on."""

    def confirm(self, question: str, meanwhile: Callable[[], None]) -> bool | None:
        """Yes or no, None where nobody is there. `meanwhile` is called every other second till the answer."""

    @property
    def is_there(self) -> bool:
        """Whether somebody can press a key."""


@dataclass(frozen=True)
class Finding:
    """What was found of one part."""

    part: str
    verdict: str
    note: str = ""


class Fitting:
    """Tests a board that stands behind `t`, a SelfTest, at its REPL.

    Args:
        keys: those that the settings give a meaning; None for all that it has.
        low_mv: a battery below it is not to be put into a ward.
        has_cells: somebody has said that it has cells; None where what it measures are not its cells.
        texts: one of TEXTS.
    """

    def __init__(
        self,
        board: Board,
        installer: Installer,
        keys: Iterable[str] | None,
        low_mv: int,
        texts: dict[str, str],
        has_cells: bool | None,
    ) -> None:
        self._low_mv = low_mv
        self._has_cells = has_cells
        self._texts = texts
        self._board = board
        self._installer = installer
        self._keys = keys

    def run(self) -> list[Finding]:
        """Test every part that there is."""
        parts = self._board.ask("t.parts()")
        wanted = parts["keys"] if self._keys is None else list(self._keys)
        findings = [self._lamp(name) for name in parts["lamps"]] + [self._tone()]
        findings += [self._display() for _name in parts["displays"]]
        findings += [self._key(name, name in parts["keys"]) for name in wanted]
        return findings + self._supply() + self._radio()

    def _feed(self) -> None:
        self._board.run("t.feed()")

    def _seen(self, part: str, question: str) -> Finding:
        answer = self._installer.confirm(question, self._feed)
        if answer is None:
            return Finding(part, UNTESTED, self._texts["nobody_looked"])
        return Finding(part, OK if answer else NOT_OK)

    def _lamp(self, name: str) -> Finding:
        self._board.run(f"t.lamp({name!r}, True)")
        lamp = self._texts.get(name, name.replace("_", " "))
        question = self._texts["ask.relay"] if name == "relay" else self._texts["ask.lamp"].format(name=lamp)
        try:
            return self._seen(name, question)
        finally:
            self._board.run(f"t.lamp({name!r}, False)")

    def _tone(self) -> Finding:
        found = Finding("buzzer", OK)
        for hz in TONES_HZ:
            self._board.run(f"t.tone({hz})")
            try:
                heard = self._seen("buzzer", self._texts["ask.tone"].format(hz=hz))
            finally:
                self._board.run("t.tone(0)")
            if heard.verdict != OK:
                found = heard
        return found

    def _display(self) -> Finding:
        lines = self._board.ask("t.display()")
        return self._seen("lcd", self._texts["ask.display"].format(first=lines[0], second=lines[1]))

    def _key(self, name: str, is_fitted: bool) -> Finding:
        part, texts = f"key {name}", self._texts
        if not is_fitted:
            return Finding(part, NOT_OK, texts["no_such_key"])
        if self._board.ask(f"t.is_pressed({name!r}, 0)"):
            at_rest = texts["open_at_rest" if name in LOOPS else "closed_at_rest"]
            return Finding(part, NOT_OK, at_rest)
        if not self._installer.is_there:
            return Finding(part, UNTESTED, texts["nobody_pressed"])
        self._installer.tell(texts["do.pull" if name in LOOPS else "do.press"].format(name=name))
        for _second in range(KEY_WITHIN_S * 1000 // LOOK_MS):
            if self._board.ask(f"t.is_pressed({name!r}, {LOOK_MS})"):
                return Finding(part, OK)
        return Finding(part, NOT_OK, texts["not_noticed"].format(seconds=KEY_WITHIN_S))

    def _supply(self) -> list[Finding]:
        is_on_mains = self._board.ask("t.is_on_mains()")
        if is_on_mains is not None:
            return [Finding("mains", OK if is_on_mains else NOT_OK)]
        millivolts = self._board.ask("t.battery_mv()")
        if millivolts is None:
            return [Finding("battery", UNTESTED, self._texts["not_measured"])]
        if self._has_cells is None:
            return [Finding("battery", UNTESTED, self._texts["cells_off"])]
        if millivolts < NO_CELLS_MV and not self._has_cells:
            return [Finding("battery", UNTESTED, self._texts["no_cells"])]
        return [
            Finding(
                "battery",
                OK if millivolts >= self._low_mv else NOT_OK,
                self._texts["volts"].format(volts=millivolts / 1000),
            )
        ]

    def _radio(self) -> list[Finding]:
        edges = self._board.ask("t.edges_per_s()")
        echo = self._board.ask("t.loop_back()")
        findings = []
        if edges is not None:
            is_alive = edges >= AVERAGING_EDGES_PER_S or (echo is not None and echo["copies"])
            note = self._texts["edges" if is_alive else "edges_few"].format(edges=edges)
            findings.append(Finding("ear", OK if is_alive else UNTESTED, note))
        if echo is None:
            note = self._texts["no_ear" if edges is None else "no_transmitter"]
            return [*findings, Finding("radio loop-back", UNTESTED, note)]
        heard = bool(echo["copies"])
        note = self._texts["quality" if heard else "not_heard"].format(quality=echo["quality"])
        return [*findings, Finding("radio loop-back", OK if heard else NOT_OK, note)]
