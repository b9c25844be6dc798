"""The parts of each board: keys by the tester's hand, supply, sleep, watchdog, flash."""

import time

import pytest
from hil_bench import Ask, Bench

from wardbell_gateway.provision.board_repl import BoardError, BoardRepl

pytestmark = [pytest.mark.hil, pytest.mark.timeout(300)]

PRESS_WITHIN_MS = 30_000
WATCHDOG_S = (7.0, 10.0)
BATTERY_MV = (1800, 5500)

WAIT_FOR_KEY = """
end = time.ticks_add(time.ticks_ms(), {within_ms})
is_pressed = False
while not is_pressed and time.ticks_diff(end, time.ticks_ms()) > 0:
    is_pressed = board.keys[{key!r}].is_pressed()
"""
# From asleep: the clock's own wait, which must end when the key is pressed and not before.
SLEEP_TILL_KEY = """
while board.keys['call'].is_pressed():
    pass
end = board.clock.now_ms() + {within_ms}
is_pressed = False
while not is_pressed and board.clock.now_ms() < end:
    board.clock.wait(end)
    is_pressed = board.keys['call'].is_pressed()
"""


@pytest.mark.parametrize("key", ["call", "reset"])
def test_a_key_of_the_node_is_noticed(node: BoardRepl, say: Ask, key: str) -> None:
    say(f"press {key} on the node")
    node.run(WAIT_FOR_KEY.format(key=key, within_ms=PRESS_WITHIN_MS))
    assert node.ask("is_pressed")


@pytest.mark.parametrize("key", ["ack", "browse", "mute"])
def test_a_key_of_the_receiver_is_noticed(receiver: BoardRepl, say: Ask, key: str) -> None:
    say(f"press {key} on the receiver")
    receiver.run(WAIT_FOR_KEY.format(key=key, within_ms=PRESS_WITHIN_MS))
    assert receiver.ask("is_pressed")


def test_a_press_ends_the_nodes_sleep(node: BoardRepl, say: Ask) -> None:
    """USB may drop out while the chip sleeps; then the board is unplugged, and this test has said what it can."""
    say("wait 5 seconds, then press call on the node, as shortly as you can")
    node.run(SLEEP_TILL_KEY.format(within_ms=9_000))
    assert node.ask("is_pressed")


def test_the_battery_is_measured_under_load(node: BoardRepl) -> None:
    node.run("board.radio.send([500, 500] * 20)\nmillivolts = board.battery.millivolts()")
    low_mv, high_mv = BATTERY_MV
    assert low_mv < int(node.ask("millivolts")) < high_mv


def test_a_file_survives_a_cut_cable(node_bench: Bench, node: BoardRepl, say: Ask) -> None:
    """Whatever was being written when the cable came out, one of the two is there, whole."""
    node.replace_file("hil.txt", b"0" * 500)
    say("pull the node's USB cable within 10 seconds, and plug it in again")
    with pytest.raises(BoardError):
        node.run(
            "n = 0\nwhile True:\n    n = (n + 1) % 10\n"
            "    board.store.save('hil.txt', str(n).encode() * 500)\n    time.sleep_ms(5)"
        )
    node_bench.reconnect()
    found = node_bench.repl.read_file("hil.txt")
    assert found is not None
    assert found == found[:1] * 500
    node_bench.repl.replace_file("hil.txt", None)


def test_the_watchdog_bites_and_the_board_comes_back(node_bench: Bench, node: BoardRepl) -> None:
    began_s = time.monotonic()
    node.run("board.watchdog.feed()")
    with pytest.raises(BoardError):
        node.run("while True:\n    pass")
    low_s, high_s = WATCHDOG_S
    assert low_s < time.monotonic() - began_s < high_s
    node_bench.reconnect()
    assert node_bench.repl.ask("1 + 1") == 2
