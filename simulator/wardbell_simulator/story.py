"""A scripted night on the whole chain, told as a time line: the first line that does not happen ends it.

Everything is the real thing: firmware in MicroPython processes, the host's parts as processes, the consoles of a
nurse and four agents as Textual apps without a terminal, driven by key presses.
"""

from wardbell_protocol.calls.signals import FAULT
from wardbell_simulator.keying import LEGACY_BED
from wardbell_simulator.story_agents import AgentsNight
from wardbell_simulator.story_house import FORWARD_S
from wardbell_simulator.story_records import audit
from wardbell_simulator.story_teller import Teller

IDLE = "Everything Good!"
BED, CORD, LATE_BED = "203-2", "203-wc", LEGACY_BED


class Story:
    """The night."""

    def __init__(self, teller: Teller) -> None:
        self._t = teller
        self._ward = teller.ward
        self._nurse = teller.nurse
        self._agents = AgentsNight(teller)

    async def run(self) -> None:
        """Live through the night; StoryError where it goes wrong."""
        await self._begin()
        await self._answered_call()
        await self._sent_on()
        await self._unanswered_call()
        await self._crash()
        await self._helped_at_last()
        once = {"placed": 1, "acknowledged": 1, "cleared": 1}
        twice = {"placed": 2, "acknowledged": 2, "attended": 1, "cleared": 2}
        audit(self._t, {BED: twice, CORD: once | {"attended": 1}, LATE_BED: once}, {BED, CORD}, {LATE_BED})

    async def _begin(self) -> None:
        await self._t.expect("receiver", "all is well: Everything Good!", self._is_idle)
        await self._agents.sign_in()

    async def _answered_call(self) -> None:
        self._t.say("bed", f"{BED}: somebody presses the call key")
        await self._t.at_bed(self._ward.press, BED)
        await self._t.expect("receiver", "display: 203-2, Calling!!!", lambda: self._t.shows(BED, "Calling!!!"))
        await self._t.expect("receiver", "the tone sounds", lambda: self._ward.tone_hz > 0)
        await self._t.expect("console", "the nurse's console shows the call", lambda: self._nurse.shows(BED, "placed"))
        await self._nurse.press("a")
        await self._t.expect(
            "console", "acknowledged, confirmed by the gateway", lambda: self._nurse.shows(BED, "acknowledged")
        )
        await self._t.expect(
            "receiver",
            "display: I know!, and silence",
            lambda: self._t.shows(BED, "I know!") and not self._ward.tone_hz,
        )
        await self._t.at_bed(self._ward.reset, BED)
        await self._t.expect("console", "cleared at the bed", lambda: not self._nurse.calls)
        await self._t.expect("receiver", "Everything Good!", self._is_idle)

    async def _sent_on(self) -> None:
        self._t.say("bed", f"{BED} presses again; the nurse cannot come and sends it on")
        await self._t.at_bed(self._ward.press, BED)
        await self._t.expect("console", "the call is there", lambda: self._nurse.shows(BED, "placed"))
        await self._nurse.press("e")
        await self._agents.race(BED)
        await self._t.expect("receiver", "display: Staff here", lambda: self._t.shows(BED, "Staff here"))

    async def _unanswered_call(self) -> None:
        self._t.say("bed", f"{CORD}: the bathroom cord is pulled, and nobody answers")
        await self._t.at_bed(self._ward.press, CORD)
        await self._t.expect("console", "the bathroom call is there", lambda: self._nurse.shows(CORD, "placed"))
        is_in_peace = not self._t.neighbour.shows(CORD, "placed") or self._nurse.age_ms(CORD) >= FORWARD_S * 1000
        self._t.demand(is_in_peace, "the neighbour ward is left in peace at first")
        await self._t.expect("call centre", "step: forward is taken", lambda: "forward" in self._t.steps)
        await self._t.expect(
            "neighbours", "the next ward's console shows it", lambda: self._t.neighbour.shows(CORD, "placed")
        )
        await self._t.expect("call centre", "step: all stations is taken", lambda: "all_stations" in self._t.steps)
        await self._t.expect("call centre", "step: a contact is opened", lambda: bool(self._t.status(CORD)))
        await self._agents.nobody_at_first(CORD)
        await self._t.expect(
            "console", "who accepted has answered at the bed too", lambda: self._nurse.shows(CORD, "acknowledged")
        )

    async def _crash(self) -> None:
        house, before = self._t.house, self._open_calls()
        self._t.say("host", f"the host crashes; killed: {', '.join(house.parts)}")
        for part in reversed(house.parts):
            house.kill(part)
        await self._t.at_bed(self._ward.press, LATE_BED)
        await self._t.expect("receiver", f"{LATE_BED} presses; the receiver rings alone", self._is_marked)
        await self._t.expect("console", "the console marks what it shows as stale", lambda: self._nurse.is_in_doubt)
        for part in house.parts:
            house.start_part(part)
        await self._t.expect(
            "console", "the host is back: the same calls, and the one that it slept through", self._is_back
        )
        self._t.demand(before <= self._open_calls(), "the calls that were open have their old numbers")
        await self._t.expect("receiver", f"{LATE_BED} is marked: `?`, a remote without a key", self._is_marked)
        await self._t.expect(
            "console",
            f"the same mark; {CORD}, a node with a key, has none",
            lambda: self._nurse.marks(LATE_BED, "normal") and not self._nurse.marks(CORD, "bathroom"),
        )
        # On a busy host a part that was slow to come back may be missed just then.
        of_beds = sorted(call.station_id for call in self._nurse.calls if call.kind != FAULT)
        self._t.demand(of_beds == sorted([BED, CORD, LATE_BED]), "no call is doubled")
        await self._agents.still_there()

    async def _helped_at_last(self) -> None:
        await self._agents.arrive(CORD)
        await self._t.wait("console", "the ward has heard it too", lambda: self._nurse.shows(CORD, "attended"))
        await self._t.at_bed(self._ward.reset, CORD)
        await self._t.expect(
            "console", "the bathroom call is cleared where it was placed", lambda: CORD not in self._places
        )
        await self._t.expect("call centre", "and its contact with it", lambda: not self._t.status(CORD))
        await self._agents.resolve(BED)
        await self._t.at_bed(self._ward.reset, BED)
        await self._t.expect("console", f"{BED} is cleared at the bed", lambda: BED not in self._places)
        await self._nurse.press("home", "a")
        await self._t.expect(
            "console", f"{LATE_BED} is acknowledged", lambda: self._nurse.shows(LATE_BED, "acknowledged")
        )
        await self._t.at_bed(self._ward.reset, LATE_BED)
        await self._t.expect("receiver", "Everything Good!", self._is_idle)
        await self._t.wait("console", "the gateway has heard it too", lambda: not self._nurse.calls)

    # What can be seen.

    def _is_idle(self) -> bool:
        return self._ward.lcd_lines[0] == IDLE

    def _is_marked(self) -> bool:
        return self._ward.lcd_lines[0].startswith(f"{LATE_BED} call?")

    def _is_back(self) -> bool:
        return (
            self._nurse.is_current and self._nurse.shows(CORD, "acknowledged") and self._nurse.shows(LATE_BED, "placed")
        )

    @property
    def _places(self) -> set[str]:
        return {call.station_id for call in self._nurse.calls}

    def _open_calls(self) -> set[str]:
        return {call.call_id for call in self._nurse.calls}
