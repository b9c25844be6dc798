"""The words for faults: each says what to look at, in one line of its page and below the list of calls."""

import pytest
from console_parts import House
from console_screen import terminal
from rich.cells import cell_len

from wardbell_console.language import CATALOGUES
from wardbell_protocol.calls.board import FaultRaised

PAGE_CELLS = 74  # of the page of faults; a line about a fault is set in by two
BOTH_LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh_CN"])


@BOTH_LANGUAGES
def test_every_fault_says_what_to_look_at_in_one_line(lang: str) -> None:
    texts = CATALOGUES[lang]
    words = [key.removeprefix("fault.") for key in texts if key.startswith("fault.")]
    assert len(words) > 10
    assert [word for word in words if f"about.{word}" not in texts] == []
    assert [word for word in words if cell_len("  " + texts[f"about.{word}"]) > PAGE_CELLS] == []


@BOTH_LANGUAGES
async def test_what_to_look_at_stands_below_the_list(lang: str) -> None:
    house = House(lang=lang)
    house.wire.deliver(
        house.east.events(house.east.board.receive(FaultRaised("receiver", "radio_blind"), house.clock()))
    )
    house.tick()
    async with terminal(house) as screen:
        assert CATALOGUES[lang]["about.radio_blind"] in screen.text


@BOTH_LANGUAGES
async def test_a_long_first_line_about_a_call_does_not_push_the_second_away(lang: str) -> None:
    house = House(lang=lang)
    house.wire.deliver(house.east.press("203-wc", "staff_assist", is_authenticated=False))
    house.wait_s(3_700)
    house.tick()
    async with terminal(house) as screen:
        assert CATALOGUES[lang]["detail.unproven"] in screen.text
