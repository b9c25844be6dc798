"""The virtual boards keep what the contract says of their parts, and say what was done with them."""

import pytest

from wardbell_protocol.errors import EncodeError
from wardbell_simulator.board_side.boards import VirtualBedside, VirtualReceiver

NODE = {"keys": ["call", "reset"], "settings": {}, "files": {}}
DESK = {"settings": {}, "epoch": 7, "files": {"a": "0102"}}


def test_a_press_between_two_wakes_is_latched_until_it_was_read_once() -> None:
    board = VirtualBedside(NODE)
    board.wake({"t": 5, "keys": [["call", 1], ["call", 0]]})
    assert [board.keys["call"].is_pressed() for _ in range(2)] == [True, False]
    board.wake({"t": 6, "keys": [["call", 1]]})
    assert [board.keys["call"].is_pressed() for _ in range(2)] == [True, True]
    assert not board.keys["reset"].is_pressed()


def test_outputs_carry_their_own_time_and_only_changes_go_out() -> None:
    board = VirtualBedside(NODE)
    board.wake({"t": 1_500})
    board.lamp_red.set(True)
    board.lamp_red.set(True)
    board.clock.sleep_us(40)
    board.buzzer.set(2_000)
    assert board.clock.now_ms() == 1
    assert board.answer(9) == {"t": 1_540, "due": 9, "out": [["lamp_red", 1_500, 1], ["tone", 1_540, 2_000]]}
    assert board.answer(None)["out"] == []


def test_sending_while_sending_is_an_error() -> None:
    board = VirtualBedside(NODE)
    board.radio.send([300, 900])
    assert board.radio.is_sending()
    with pytest.raises(EncodeError, match="still sending"):
        board.radio.send([300, 900])
    board.wake({"t": 1_200})
    assert not board.radio.is_sending()
    assert board.answer(None)["out"] == [["air", 0, [300, 900]]]


def test_air_and_line_are_read_once() -> None:
    board = VirtualReceiver(DESK)
    board.wake({"t": 10, "air": [[-5, 3], 8], "line": "7e01"})
    board.wake({"t": 20, "air": [[-4], 12], "line": "7e"})
    portion = board.radio.read()
    assert (portion.signed(), portion.end_us) == ([-5, 3, -4], 12)
    assert board.radio.read() is portion
    assert (portion.n, portion.end_us) == (0, 12)
    assert board.line.read() == b"\x7e\x01\x7e"
    assert board.line.read() == b""


def test_more_air_than_a_portion_holds_comes_in_several() -> None:
    board = VirtualReceiver(DESK)
    sent = [us if us % 2 else -us for us in range(1, 1_301)]
    board.wake({"t": 900_000, "air": [sent, 900_000]})
    heard: list[int] = []
    n_reads = 0
    is_more = True
    while is_more:
        portion = board.radio.read()
        heard += portion.signed()
        n_reads += 1
        is_more = portion.is_full
        assert portion.end_us == 900_000 - sum(map(abs, sent[len(heard) :]))
    assert (heard, n_reads) == (sent, 3)


def test_files_are_there_after_they_were_saved() -> None:
    board = VirtualReceiver(DESK)
    assert (board.store.load("a"), board.store.load("b")) == (b"\x01\x02", None)
    board.store.save("b", b"\xff")
    assert board.store.load("b") == b"\xff"
    assert board.answer(None)["out"] == [["file", 0, ["b", "ff"]]]


def test_a_board_without_a_pipe_cannot_wait() -> None:
    with pytest.raises(EncodeError, match="stepped by the ward"):
        VirtualBedside(NODE).clock.wait(1)
