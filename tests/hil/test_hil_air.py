"""What one board sends and the other hears, by a wire or by radio."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hil_bench import KEY, NODE_ID

from wardbell_gateway.provision.board_repl import BoardRepl
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressReceiver
from wardbell_protocol.air.waveform import burst, signed

pytestmark = [pytest.mark.hil, pytest.mark.timeout(300)]

WITHIN_US = 4  # sender 1, receiver 3
WORD = CodeWord.from_parts("0F1F01F0", "0001")

SEND = """
board.radio.send({durations})
while board.radio.is_sending():
    pass
"""
HEAR = """
pulses = []
while True:
    portion = board.radio.read()
    pulses += portion.signed()
    if not portion.is_full:
        break
"""
# Two seconds of everything that could disturb the ear: display, flash, tone, collector.
HEAR_BUSY = """
import gc
from wardbell_firmware.drivers.hd44780 import Hd44780
lcd = Hd44780(board.lcd, board.clock)
lcd.start()
pulses, longest_us, began, n = [], 0, time.ticks_ms(), 0
while time.ticks_diff(time.ticks_ms(), began) < 2000:
    n += 1
    lcd.show(("%016d" % n, "%016d" % -n))
    board.buzzer.set(1000 + n % 7 * 100)
    at_us = time.ticks_us()
    board.store.save("hil.bin", bytes(4096))
    longest_us = max(longest_us, time.ticks_diff(time.ticks_us(), at_us))
    gc.collect()
    pulses += board.radio.read().signed()
board.buzzer.set(0)
import os
os.remove("hil.bin")
"""


def send(node: BoardRepl, durations: list[int]) -> None:
    node.run(SEND.format(durations=durations))


def heard(receiver: BoardRepl) -> list[int]:
    receiver.run(HEAR)
    return [int(us) for us in receiver.ask("pulses")]


def assert_contains(pulses: list[int], sent: list[int]) -> None:
    """The train stands in there, each of its durations as long as it was sent; its last space has not ended."""
    inner = signed(sent)[:-1] if len(sent) % 2 == 0 else signed(sent)
    starts = [at for at, us in enumerate(pulses) if abs(us - inner[0]) <= WITHIN_US]
    runs = [
        [a - b for a, b in zip(pulses[at:], inner, strict=False)] for at in starts if len(pulses) - at >= len(inner)
    ]
    assert runs, f"no train of {len(inner)} durations among {len(pulses)}"
    best = min(runs, key=lambda errors: max(map(abs, errors)))
    assert max(map(abs, best)) <= WITHIN_US


@pytest.mark.parametrize(
    "durations", [burst(WORD, 87.5, 4), frame_durations(seal(Frame(NODE_ID, 1, 1, 9), KEY)), [2000, 60_000, 300, 300]]
)
def test_by_wire_each_duration_arrives_as_it_was_sent(
    node: BoardRepl, receiver: BoardRepl, wire: None, durations: list[int]
) -> None:
    heard(receiver)
    send(node, durations)
    send(node, [500])  # ends the last space
    assert_contains(heard(receiver), durations)


def test_by_wire_display_flash_and_tone_lose_no_edge(
    node: BoardRepl, receiver: BoardRepl, wire: None, record_property: pytest.FixtureRequest
) -> None:
    words = burst(WORD, 87.5, 8)
    heard(receiver)
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(receiver.run, HEAR_BUSY)
        send(node, words)
        send(node, words)
        send(node, [500])
        listening.result()
    pulses, longest_us, n_overruns = json.loads(
        receiver.run("print(json.dumps([pulses, longest_us, board.radio.n_overruns]))")
    )
    print(f"longest flash write {longest_us} us")
    assert n_overruns == 0
    marks = [us for us in pulses if us > 0]
    assert len(marks) == len(words) + 1  # two bursts of half as many marks, and the one that ends them


def test_a_burst_is_heard_as_a_press(node: BoardRepl, receiver: BoardRepl) -> None:
    """By wire or by radio; among noise the receiver's own code must find it."""
    heard(receiver)
    send(node, burst(WORD, 87.5, 4))
    send(node, [500])
    ear = PressReceiver()
    events = list(ear.receive(Portion.of(heard(receiver))))
    assert any(event.press.code == WORD for event in events), events
