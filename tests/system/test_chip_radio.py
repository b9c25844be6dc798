"""A Pico's radio on an emulated chip: what it sends and hears is timed by hardware, whatever the CPU does; and how long a
display that is away holds the CPU up.

Longer, and beside programs that time with the CPU: `make bench-firmware`.
"""

import json
from random import Random

import pytest
from chip_air import FRAME, IMAGE, WORDS, answer, board_files, heard_us, intervals_us, task

from wardbell_simulator.chip.board import EmulatedPico

WAITS = """
from wardbell_firmware.boards.rp2040.bedside import PicoBedside
board = PicoBedside({"two_way": True, "signals": {"call": "normal"}})
for is_on in (False, True, False):
    board.receiver.listen(is_on)
    began_ms = board.clock.now_ms()
    board.clock.wait(began_ms + 300)
    print(board.clock.now_ms() - began_ms)
"""
DISPLAY = """
import json
from firmware_side import Pcf8574DisplayPins, SCL, SDA, now_us
pins = Pcf8574DisplayPins(0, SDA, SCL)
def attempt():
    began = now_us()
    try:
        pins.nibble(0, 3)
        is_taken = True
    except OSError:
        is_taken = False
    print(json.dumps([is_taken, now_us() - began]))
"""
ABSENT_US = 2_000
STUCK_US = 10_000  # as boards/contract.py allows
CARRIER, SUPPLY, EAR, KEY, BUZZER = 15, 14, 2, 6, 4  # as in firmware_side.py
SENT_WITHIN_US = 1.0
HEARD_WITHIN_US = 3

pytestmark = pytest.mark.skipif(not IMAGE.is_file(), reason="no RP2040 image: `make bench-chip` builds one")


@pytest.fixture(scope="module")
def pico() -> EmulatedPico:
    return EmulatedPico(IMAGE, board_files())


def air(n: int) -> list[int]:
    """Durations as words and a slicer's noise have them."""
    source = Random(5)
    return [source.choice([73, 260, 350, 700, 1050]) for _ in range(n)]


def test_words_and_a_frame_are_sent_as_they_are_meant(pico: EmulatedPico) -> None:
    carrier, supply = pico.pins.edges(CARRIER), pico.pins.edges(SUPPLY)
    task(pico, f"send_with_pio([{WORDS!r}, {FRAME!r}])")
    held_us = answer(pico)["held_us"]
    first = [edge for edge in carrier if edge[0] < supply[1][0]]
    for edges, train in ((first, WORDS), (carrier[len(first) :], FRAME)):
        sent = intervals_us(edges)
        assert len(sent) == (len(train) - 1) | 1  # a last space has no end
        assert max(abs(us - meant) for us, meant in zip(sent, train, strict=False)) <= SENT_WITHIN_US
    assert max(held_us) < 5_000
    # The module has its supply a ms before the first mark, and not after the last space.
    assert [level for _, level in supply] == [1, 0, 1, 0]
    assert (carrier[0][0] - supply[0][0]) / 1000 == pytest.approx(1_000, abs=20)
    assert (supply[1][0] - first[-1][0]) / 1000 == pytest.approx(WORDS[-1], abs=20)


def test_everything_is_heard_while_the_chip_writes_its_display_and_more(pico: EmulatedPico) -> None:
    glass = pico.fit_i2c_display().glass
    sent_on_uart = bytearray()
    pico.uarts[0].on_byte = sent_on_uart.append
    tone = pico.pins.edges(BUZZER)
    durations = air(180)
    # A lap of 128 words: DMA's count ends and is started anew in this air, and no two reads are that far apart.
    task(pico, f"hear({len(durations)}, None, 128)")
    pico.hear(b"ready", 2_000_000)
    pico.pins.play(EAR, durations, after_ns=5_000_376)
    found = answer(pico)
    heard = heard_us(found["heard"])[1:]  # behind the space before it
    assert len(heard) == len(durations) - 1  # its last space has no end
    assert all((us > 0) == (at % 2 == 0) for at, us in enumerate(heard))
    assert max(abs(abs(us) - meant) for us, meant in zip(heard, durations, strict=False)) <= HEARD_WITHIN_US
    assert found["n_overruns"] == 0
    assert found["longest_display_us"] > 20_000
    assert glass.n_busy == glass.n_early == 0
    assert "Calling!!! x3 4m" in glass.lines() or "0123456789abcdef" in glass.lines()
    assert sent_on_uart.startswith(b"." * 64)
    assert len(tone) > 10  # of 1 and 2 kHz


def test_a_ring_that_ran_over_is_counted_and_gives_no_garbage(pico: EmulatedPico) -> None:
    task(pico, "overrun(100, 80)")
    pico.hear(b"ready", 2_000_000)
    # It reads in the middle of the long mark, and again behind the end.
    pico.pins.play(EAR, [25] * 2100 + [100_000, 350, 1050, 350, 1050])
    found = answer(pico)
    assert found["n_overruns"] == 1
    assert len(found["lost"]) == 1
    assert 98_000 < -found["lost"][0] < 110_000
    assert found["after"][-4:] == [pytest.approx(us, abs=HEARD_WITHIN_US) for us in (-350, 1050, -350, 1050)]
    assert abs(found["now_ms"] * 1000 - found["end_us"]) < 60_000


def test_a_press_of_a_tenth_of_a_millisecond_wakes_a_node_and_is_not_missed(pico: EmulatedPico) -> None:
    task(pico, f"sleep_until_press({KEY})")
    pico.hear(b"ready", 2_000_000)
    pico.run_for_us(1_000_000)
    pico.pins.drive(KEY, 0)
    pico.run_for_us(100)
    pico.pins.release(KEY)
    found = answer(pico)
    assert found["slept_ms"] == pytest.approx(1_000, abs=10)
    assert found["looks"] == [True, False]


def test_a_node_that_listens_reads_its_ring_before_noise_can_fill_it(pico: EmulatedPico) -> None:
    at_rest_ms, listening_ms, again_ms = (int(line) for line in pico.run(WAITS).split())
    assert [at_rest_ms, again_ms] == pytest.approx([300, 300], abs=5)
    assert listening_ms <= 60


def test_a_display_that_is_away_is_given_up_soon_and_found_at_the_other_address(pico: EmulatedPico) -> None:
    def attempts() -> list[tuple[bool, int]]:
        """Whether it took a half byte, twice, and for how many us that held the chip up."""
        return [tuple(json.loads(line)) for line in pico.run("attempt()\nattempt()").splitlines()]

    display = pico.fit_i2c_display()
    pico.run(DISPLAY)
    assert [is_taken for is_taken, _ in attempts()] == [True, True]
    display.address = 0
    assert all(not is_taken and held_us < ABSENT_US for is_taken, held_us in attempts())
    display.stick()
    assert all(not is_taken and held_us < STUCK_US for is_taken, held_us in attempts())
    display.release()
    display.address = 0x3F
    pico.run_for_us(20_000)
    assert [is_taken for is_taken, _ in attempts()] == [True, True]
