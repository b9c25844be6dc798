"""What is wrong with stations and receivers, as nurses see it: below all calls, in the strip, and on a page of its own."""

import pytest
from console_parts import House
from console_screen import SIZES, terminal
from rich.cells import cell_len

from wardbell_console.language import CATALOGUES
from wardbell_protocol.calls.board import FaultGone, FaultRaised
from wardbell_protocol.calls.station import Station

BOTH_LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh_CN"])
BOTH_SIZES = pytest.mark.parametrize("size", SIZES)


def house_with_faults(lang: str) -> House:
    """A silent bed, a weak one, a receiver that is blind and an ear that is gone; then somebody calls."""
    house = House(lang=lang)
    board, now_ms = house.east.board, house.clock()
    for place, detail in (("204-1", "silent"), ("204-2", "weak_signal")):
        room, bed = place.split("-")
        house.wire.deliver(
            house.east.events(board.receive(FaultRaised(f"s{place}", detail, Station(f"s{place}", room, bed)), now_ms))
        )
    for part, detail in (("receiver", "radio_blind"), ("iq-roof", "ear_lost")):
        house.wire.deliver(house.east.events(board.receive(FaultRaised(part, detail), now_ms)))
    house.wait_s(65)
    house.wire.deliver(house.east.press("203-2", "normal"))
    house.tick()
    return house


@BOTH_LANGUAGES
async def test_faults_stand_below_all_calls_and_each_has_its_word(lang: str) -> None:
    house = house_with_faults(lang)
    assert [row.call.kind for row in house.desk.rows] == ["normal", *["fault"] * 4]
    async with terminal(house) as screen:
        words = {"en": ("silent", "weak", "blind", "lost"), "zh_CN": ("无信号", "信号弱", "接收失灵", "失联")}[lang]
        assert all(word in screen.text for word in words)
        assert all(cell_len(line) <= 80 for line in screen.lines)


@BOTH_SIZES
@BOTH_LANGUAGES
async def test_the_page_of_faults_says_what_to_look_at_and_follows_the_ward(lang: str, size: tuple[int, int]) -> None:
    house = house_with_faults(lang)
    async with terminal(house, size) as screen:
        await screen.press("f")
        texts = CATALOGUES[lang]
        assert texts["faults.title"].format(count=4) in screen.text
        for detail in ("silent", "weak_signal", "radio_blind", "ear_lost"):
            assert texts[f"about.{detail}"] in screen.text
        assert "1:05" in screen.line("204-1" if lang == "en" else "204室1床")
        assert all(cell_len(line) <= size[0] for line in screen.lines)
        house.wire.deliver(house.east.events(house.east.board.receive(FaultGone("s204-1", "silent"), house.clock())))
        await screen.settle()
        assert texts["faults.title"].format(count=3) in screen.text
        assert texts["about.silent"] not in screen.text
        await screen.press("escape")
        assert texts["faults.keys"] not in screen.text


@BOTH_LANGUAGES
async def test_a_page_without_faults_says_so_and_one_who_knows_is_named(lang: str) -> None:
    house = House(lang=lang)
    async with terminal(house) as screen:
        await screen.press("f")
        assert CATALOGUES[lang]["faults.none"] in screen.text
    house = house_with_faults(lang)
    blind = next(row.call.call_id for row in house.desk.rows if row.call.detail == "radio_blind")
    house.wire.deliver(house.east.verb("acknowledge", blind, "Wang", "console"))
    house.tick()
    async with terminal(house) as screen:
        await screen.press("f")
        assert CATALOGUES[lang]["faults.by"].format(by="Wang") in screen.text


@BOTH_LANGUAGES
async def test_a_blind_receiver_is_seen_in_the_strip(lang: str) -> None:
    house = House(lang=lang)
    house.wire.deliver(house.east.health("degraded", "radio", ["radio_blind"]))
    async with terminal(house) as screen:
        name, word = CATALOGUES[lang]["part.radio"], CATALOGUES[lang]["fault.radio_blind"]
        assert f"! {name}" in screen.lines[1]
        assert word in screen.lines[2]
