"""What the display says, to the letter."""

import pytest

from wardbell_firmware.drivers.glyphs import BELL, CHECK, MUTED, WARNING
from wardbell_firmware.receiver.shorten import place_words, shorten, shorten_place
from wardbell_firmware.receiver.text import call_lines, clears_words, count_words, muted_words, page_of, wait_word
from wardbell_firmware.receiver.tones import PATTERNS
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.signals import KINDS


def made(room: str = "203", bed: str = "2", kind: str = "normal", **fields: object) -> Call:
    made_call = Call("r-1", "st-7", room, bed, kind, 0)
    made_call.authenticated = True
    for name, value in fields.items():
        setattr(made_call, name, value)
    return made_call


@pytest.mark.parametrize(
    ("call", "index", "n", "ms", "lines"),
    [
        (made(), 1, 1, 0, ("203-2 call   1/1", "Calling!!!    0s")),
        (made(kind="emergency"), 2, 12, 61_000, ("203-2 EMERG 2/12", "Calling!!!   61s")),
        (made(kind="code", presses=3), 1, 2, 240_000, ("203-2 CODE   1/2", "Calling!!! x3 4m")),
        (made(kind="code", presses=30), 1, 2, 240_000, ("203-2 CODE   1/2", "Calling!!!x30 4m")),
        (made(kind="code", presses=3000), 1, 2, 0, ("203-2 CODE   1/2", "Calling!!!    0s")),
        (made("２０３房", "２"), 1, 1, 0, ("203-2 call   1/1", "Calling!!!    0s")),
        (made("3楼203室", "2床"), 1, 1, 0, ("3-203-2 call 1/1", "Calling!!!    0s")),
        (made("Müller", "2"), 1, 1, 0, ("Mueller-2 ca 1/1", "Calling!!!    0s")),
        (
            made(kind="fault", detail="low_battery", status="acknowledged"),
            1,
            1,
            0,
            ("203-2 fault  1/1", CHECK + "Low battery  0s"),
        ),
        (made("Bath 2", "", "bathroom"), 1, 1, 0, ("Bath 2 BATH  1/1", "Calling!!!    0s")),
        (made("Sunflower 12", "2"), 3, 64, 0, ("Snfl12-2 ca 3/64", "Calling!!!    0s")),
        (made("Garden", "2", "staff_assist"), 1, 1, 0, ("Garden-2 ST  1/1", "Calling!!!    0s")),
        (made(status="acknowledged"), 1, 1, 7_200_000, ("203-2 call   1/1", "I know!       2h")),
        (made(status="attended"), 1, 1, 5_000, ("203-2 call   1/1", "Staff here    5s")),
        (made(kind="fault", detail="low_battery"), 1, 1, 0, ("203-2 fault  1/1", "Low battery   0s")),
        (made(detail="unplugged"), 1, 1, 0, ("203-2 call   1/1", "Unplugged!    0s")),
        (made(authenticated=False), 1, 1, 0, ("203-2 call?  1/1", "Calling!!!    0s")),
        (made(kind="emergency", authenticated=False), 1, 9, 0, ("203-2 EMERG? 1/9", "Calling!!!    0s")),
        (made(kind="emergency", authenticated=False), 2, 12, 0, ("203-2 EM?   2/12", "Calling!!!    0s")),
        (made("Garden", "2", "staff_assist", authenticated=False), 10, 12, 0, ("Grdn-2 ST? 10/12", "Calling!!!    0s")),
        (made("203房", "2床"), 1, 1, 0, ("203-2 call   1/1", "Calling!!!    0s")),
        (made("向日葵", "2"), 1, 1, 0, ("st-7 call    1/1", "Calling!!!    0s")),
    ],
)
def test_lines_of_a_call(call: Call, index: int, n: int, ms: int, lines: tuple[str, str]) -> None:
    assert call_lines(call, f"{index}/{n}", wait_word(ms)) == lines


@pytest.mark.parametrize(
    ("trouble", "lines"),
    [
        ("Everything Good!", ("Everything Good!", "")),
        ("No broker", ("No broker", "")),
        ("The broker is not reachable", ("The broker is", "not reachable")),
        ("Telefonzentrale Nordfluegel", ("Telefonzentrale", "Nordfluegel")),
        ("Aufzugsüberwachung", ("Aufzugsueberwach", "ung")),
        ("经纪人", ("???", "")),
    ],
)
def test_what_is_not_well_takes_two_lines(trouble: str, lines: tuple[str, str]) -> None:
    assert page_of(trouble, "", "") == lines


def test_a_long_text_rolls_through_the_two_lines() -> None:
    trouble = "The registry of the ward cannot be read: mend line 12"
    pages = [page_of(trouble, "", "", step) for step in range(5)]
    assert pages[0] == ("The registry of", "the ward cannot")
    assert pages[1] == ("the ward cannot", "be read: mend")
    assert pages[2:4] == [("be read: mend", "line 12"), ("line 12", "The registry of")]
    assert pages[4] == pages[0]


def test_what_is_not_well_leaves_room_for_count_and_wait() -> None:
    assert page_of("Radio blind: silence", BELL + "64", MUTED + WARNING + "12m") == (
        f"Radio blind: {BELL}64",
        f"silence    {MUTED}{WARNING}12m",
    )


def test_a_call_leaves_room_for_the_marks_and_says_how_long_it_is_muted() -> None:
    assert call_lines(made(presses=3), "1/1", MUTED + WARNING + "12m")[1] == f"Calling!!! {MUTED}{WARNING}12m"
    assert call_lines(made(), "1/1", MUTED + "12m", muted_s=61)[1] == f"Muted 1:01  {MUTED}12m"
    assert (muted_words(120), muted_words(5)) == ("Muted 2:00", "Muted 0:05")
    assert clears_words(3) == "Clear in 3 s"


@pytest.mark.parametrize(
    ("place", "n_calls", "is_fault", "words"),
    [((2, 12), 12, False, "2/12"), ((1, 3), 0, True, "1/3"), ((1, 3), 64, True, BELL + "64")],
)
def test_beside_a_fault_the_calls_are_counted(place: tuple[int, int], n_calls: int, is_fault: bool, words: str) -> None:
    assert count_words(place, n_calls, is_fault) == words


@pytest.mark.parametrize(
    ("ms", "word"),
    [(-5, "0s"), (999, "0s"), (99_999, "99s"), (100_000, "1m"), (5_999_999, "99m"), (6_000_000, "1h"), (10**9, "99h")],
)
def test_a_wait_takes_three_characters(ms: int, word: str) -> None:
    assert wait_word(ms) == word


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("Sunflower 12", 12, "Sunflower 12"),
        ("Sunflower 12", 9, "Snflwr 12"),
        ("Sunflower 12", 5, "Snf12"),
        ("Snowdrop 12", 5, "Snw12"),
        ("Sunflower 12", 3, "S12"),
        ("Room B12 north", 6, "RmB12n"),
        ("Intensive care north 4", 6, "Intcn4"),
        ("123456789", 5, "~6789"),
    ],
)
def test_words_are_shortened_by_rule(text: str, width: int, short: str) -> None:
    assert shorten(text, width) == short


def test_the_room_gives_way_before_the_bed() -> None:
    assert shorten_place("Sunflower 12", "2", 8) == "Snfl12-2"


def test_two_rooms_that_differ_in_what_cannot_be_shown_are_told_apart_by_their_ids() -> None:
    assert place_words("东203", "1", "e203") != place_words("西203", "1", "w203")


def silence_share(kind: str) -> float:
    return sum(ms for hz, ms in PATTERNS[kind] if hz == 0) / sum(ms for _, ms in PATTERNS[kind])


def test_each_kind_sounds_and_the_more_urgent_is_silent_less() -> None:
    assert set(PATTERNS) == set(KINDS)
    shares = [silence_share(kind) for kind in KINDS]
    assert shares == sorted(shares)
    assert all(hz for kind in KINDS for hz, _ in PATTERNS[kind][:1])
