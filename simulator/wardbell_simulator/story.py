"""A scripted night on the whole chain, told as a time line: the first line that does not happen ends it.

Everything is the real thing: firmware in MicroPython processes, the host's parts as processes, the consoles of a
nurse and two operators as Textual apps without a terminal, driven by key presses.
"""

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from wardbell_protocol.errors import WardbellError
from wardbell_simulator.headless_console import HeadlessConsole
from wardbell_simulator.house import House
from wardbell_simulator.keying import LEGACY_BED
from wardbell_simulator.live import LiveWard

IDLE = "Everything Good!"
BED, CORD, LATE_BED = "203-2", "203-wc", LEGACY_BED
SOON_S = 10.0
START_S = 30.0  # the call centre loads its database library first: 2 s, and above 10 s on a busy machine


class StoryError(WardbellError):
    """Something did not happen, or happened twice."""


class Story:
    """The night. `tell` gets each line as it is known to have happened; times are s since the story began."""

    def __init__(
        self,
        live: LiveWard,
        house: House,
        nurse: HeadlessConsole,
        neighbour: HeadlessConsole,
        operators: tuple[HeadlessConsole, HeadlessConsole],
        tell: Callable[[float, str, str], None],
    ) -> None:
        self._live = live
        self._ward = live.ward
        self._house = house
        self._nurse = nurse
        self._neighbour = neighbour
        self._operators = operators
        self._tell = tell
        self._began_s = time.monotonic()

    async def run(self) -> None:
        """Live through the night; StoryError where it goes wrong."""
        await self._begin()
        await self._answered_call()
        await self._unanswered_call()
        await self._crash()
        await self._helped_at_last()
        self._audit()

    async def _begin(self) -> None:
        await self._expect("receiver", "all is well: Everything Good!", lambda: self._ward.lcd_lines[0] == IDLE)
        for operator in self._operators:
            await self._wait("operator", f"{operator.by} is on the bus", lambda op=operator: op.feed.is_connected)  # type: ignore[misc]
        for operator in self._operators:
            await self._expect(
                "operator",
                f"{operator.by} is signed in",
                lambda op=operator: op.feed.is_signed_in,  # type: ignore[misc]
                START_S,
            )

    async def _answered_call(self) -> None:
        self._say("bed", f"{BED}: somebody presses the call key")
        await self._at_bed(self._ward.press, BED)
        await self._expect("receiver", "display: 203-2, Calling!!!", lambda: self._shows(BED, "Calling!!!"))
        await self._expect("receiver", "the tone sounds", lambda: self._ward.tone_hz > 0)
        await self._expect("console", "the nurse's console shows the call", lambda: self._nurse.shows(BED, "placed"))
        await self._nurse.press("a")
        await self._expect(
            "console", "acknowledged, confirmed by the gateway", lambda: self._nurse.shows(BED, "acknowledged")
        )
        await self._expect(
            "receiver", "display: I know!, and silence", lambda: self._shows(BED, "I know!") and not self._ward.tone_hz
        )
        await self._at_bed(self._ward.reset, BED)
        await self._expect("console", "cleared at the bed", lambda: not self._nurse.calls)
        await self._expect("receiver", "Everything Good!", lambda: self._ward.lcd_lines[0] == IDLE)

    async def _unanswered_call(self) -> None:
        self._say("bed", f"{CORD}: the bathroom cord is pulled, and nobody answers")
        await self._at_bed(self._ward.press, CORD)
        await self._expect("console", "the bathroom call is there", lambda: self._nurse.shows(CORD, "placed"))
        self._demand(not self._neighbour.shows(CORD, "placed"), "the neighbour ward is left in peace at first")
        await self._expect("call centre", "step: forward is taken", lambda: "forward" in self._steps)
        await self._expect(
            "neighbours", "the next ward's console shows it", lambda: self._neighbour.shows(CORD, "placed")
        )
        await self._expect("call centre", "step: all stations is taken", lambda: "all_stations" in self._steps)
        await self._expect("call centre", "step: a contact is opened", lambda: "call_centre" in self._steps)
        one, other = self._operators
        await self._expect("operators", "both see the offer", lambda: one.is_asked and other.is_asked)
        self._say("operators", "both press accept at the same moment")
        await asyncio.gather(one.press("enter"), other.press("enter"))
        await self._expect("call centre", "accepted once", lambda: bool(self._winner))
        loser = one if self._winner == other.by else other
        await self._expect("operators", f"{loser.by} reads: taken by {self._winner}", lambda: self._was_told(loser))
        await self._expect(
            "console", f"the nurse sees that {self._winner} has it", lambda: self._winner in self._nurse.contact_by
        )
        self._say("receiver", "the call rings on: only the bed can clear a bathroom call")
        self._demand(self._ward.tone_hz > 0 or self._shows(CORD, "Calling!!!"), "the call rings on")

    async def _crash(self) -> None:
        open_before = self._open_calls()
        self._say("host", f"the host crashes; killed: {', '.join(self._house.parts)}")
        for part in reversed(self._house.parts):
            self._house.kill(part)
        await self._at_bed(self._ward.press, LATE_BED)
        await self._expect(
            "receiver", f"{LATE_BED} presses; the receiver rings alone, 2 calls", lambda: self._counts(2)
        )
        await self._expect("console", "the console marks what it shows as stale", lambda: self._nurse.is_in_doubt)
        for part in self._house.parts:
            self._house.start_part(part)
        await self._expect("console", "the host is back: the same call, and the one that it slept through",
                           lambda: self._nurse.is_current
            and self._nurse.shows(CORD, "placed")
            and self._nurse.shows(LATE_BED, "placed"), 30)  # fmt: skip
        self._demand(open_before <= self._open_calls(), "the call that was open has its old number")
        await self._expect("receiver", f"{LATE_BED} is marked: `?`, a remote without a key", self._is_marked)
        await self._expect(
            "console",
            f"the same mark; {CORD}, a node with a key, has none",
            lambda: self._nurse.marks(LATE_BED, "normal") and not self._nurse.marks(CORD, "bathroom"),
        )
        self._demand(len(self._nurse.calls) == 2, "no call is doubled")
        await self._expect(
            "call centre",
            f"still accepted by {self._winner}, still once",
            lambda: self._operators[0].is_current and len(self._contacts(CORD)) == 1,
            30,
        )

    async def _helped_at_last(self) -> None:
        await self._at_bed(self._ward.reset, CORD)
        await self._expect(
            "console", "the bathroom call is cleared where it was placed", lambda: CORD not in self._places
        )
        await self._expect("call centre", "the contact is withdrawn", lambda: not self._contacts(CORD), 15)
        await self._nurse.press("home", "a")
        await self._expect(
            "console", f"{LATE_BED} is acknowledged", lambda: self._nurse.shows(LATE_BED, "acknowledged")
        )
        await self._at_bed(self._ward.reset, LATE_BED)
        await self._expect("receiver", "Everything Good!", lambda: self._ward.lcd_lines[0] == IDLE)

    def _audit(self) -> None:
        """What the records say: the gateway by the command that people use, the journals as they lie on the disk."""
        program = str(Path(sys.executable).with_name("wardbell"))
        url, ward = self._house.broker_url, self._house.plan.ward
        command = [program, "calls", "list", "--json", "--broker", url, "--ward", ward]
        out = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        self._demand(out.returncode == 0, f"wardbell calls list answers: {out.stderr.strip()}")
        self._demand(not json.loads(out.stdout)["calls"], "the gateway has no open call")
        events = self._journalled("gateway.db", "SELECT json_extract(record, '$.call.station_id'), kind FROM events")
        happened = Counter((station, kind) for station, kind in events if station in (BED, CORD, LATE_BED))
        expected = Counter({(station, kind): 1 for station in (BED, CORD, LATE_BED) for kind in ("placed", "cleared")})
        expected += Counter({(BED, "acknowledged"): 1, (LATE_BED, "acknowledged"): 1})
        self._demand(happened == expected, f"each thing happened once: {dict(happened)}")
        proven = self._journalled(
            "gateway.db",
            "SELECT DISTINCT json_extract(record, '$.call.station_id') FROM events"
            " WHERE json_extract(record, '$.call.authenticated')",
        )
        self._demand(
            {station for (station,) in proven} >= {BED, CORD}, "the calls of nodes with a key are authenticated"
        )
        self._demand((LATE_BED,) not in proven, f"the call of {LATE_BED} is not")
        contacts = self._journalled("callcenter.db", "SELECT accepted_by FROM contacts")
        self._demand(len(contacts) == 1, f"one contact was opened, not {len(contacts)}")
        steps = self._journalled("callcenter.db", "SELECT call_id, step, loop FROM steps")
        self._demand(len(steps) == len(set(steps)) == 3, f"each step was taken once: {steps}")
        self._say("record", "3 presses, 3 calls, 3 steps, 1 contact, accepted once; nothing lost, nothing doubled")

    def _journalled(self, name: str, query: str) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(f"file:{self._house.home / name}?mode=ro", uri=True)) as journal:
            return journal.execute(query).fetchall()

    async def _at_bed(self, press: Callable[[str], None], bed: str) -> None:
        """Press a key, once no other bed's lamp says that it is sending: the story is not about two on the air at once."""
        await self._wait(
            "bed",
            "the other lamps are dark",
            lambda: not any(is_lit for other, is_lit in self._ward.lamps.items() if other != bed),
        )
        self._live.do(press, bed)

    # What can be seen.

    def _shows(self, place: str, words: str) -> bool:
        first, second = self._ward.lcd_lines
        return first.startswith(place) and second.startswith(words)

    def _is_marked(self) -> bool:
        return self._ward.lcd_lines[0].startswith(f"{LATE_BED} call?")

    def _counts(self, n: int) -> bool:
        return self._ward.lcd_lines[0].rstrip().endswith(f"/{n}")

    @property
    def _places(self) -> set[str]:
        return {call.station_id for call in self._nurse.calls}

    def _open_calls(self) -> set[str]:
        return {call.call_id for call in self._nurse.calls}

    @property
    def _steps(self) -> set[str]:
        return {step.step_name for step in self._nurse.feed.centre.steps.values()}

    def _contacts(self, station_id: str) -> list[str]:
        calls = {call.call_id for call in self._nurse.calls if call.station_id == station_id}
        contacts = self._operators[0].feed.centre.contacts.values()
        return [contact.contact_id for contact in contacts if contact.call_id in calls or not calls]

    @property
    def _winner(self) -> str:
        contacts = self._operators[0].feed.centre.contacts.values()
        return next((contact.accepted_by for contact in contacts if contact.accepted_by), "")

    def _was_told(self, loser: HeadlessConsole) -> bool:
        notice = loser.feed.notice
        return notice is not None and self._winner in notice.reason

    # How it is told.

    async def _expect(self, who: str, what: str, condition: Callable[[], bool], within_s: float = SOON_S) -> None:
        await self._wait(who, what, condition, within_s)
        self._say(who, what)

    async def _wait(self, who: str, what: str, condition: Callable[[], bool], within_s: float = SOON_S) -> None:
        end_s = time.monotonic() + within_s
        while not condition():
            if self._live.error is not None:
                raise StoryError(f"the ward broke: {self._live.error}")
            if time.monotonic() > end_s:
                raise StoryError(f"{who}: waited {within_s:.0f} s in vain for: {what}\n{self._scene()}")
            await asyncio.sleep(0.02)

    def _demand(self, holds: bool, what: str) -> None:
        if not holds:
            raise StoryError(f"not so: {what}\n{self._scene()}")

    def _say(self, who: str, what: str) -> None:
        self._tell(time.monotonic() - self._began_s, who, what)

    def _scene(self) -> str:
        logs = [f"--- {part}\n{self._house.log_tail(part)}" for part in self._house.parts]
        screens = [
            f"--- {console.by}\n{console.screen_text()}" for console in (self._nurse, self._neighbour, *self._operators)
        ]
        return "\n".join([f"display: {self._ward.lcd_lines}, tone {self._ward.tone_hz} Hz", *screens, *logs])
