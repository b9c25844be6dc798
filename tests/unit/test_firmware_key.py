"""The acknowledge key means what the person saw, whatever happens while a finger is on it."""

from firmware_bench import ALPHA_US, DeskBench, address, call

from wardbell_firmware.receiver.app import ReceiverApp
from wardbell_firmware.receiver.table import STATIONS_FILE
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst, signed
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL
from wardbell_simulator.board_side.boards import VirtualReceiver

RECORD = (
    '{"station_id": "S%d", "room": "%d", "bed": "1", "address": "%s", "codes": {}, "clear_at": ["bed", "receiver"]}'
)


def statuses(bench: DeskBench) -> dict[str, str]:
    return {c.station_id: c.status for c in bench.desk.board.calls.values()}


def test_a_call_answered_elsewhere_under_the_finger_answers_no_other() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.press(1)
    bench.press(2)
    assert bench.lines[0].startswith("201-1")
    bench.change("ack", True)
    seen = bench.desk.host.peer.last_acknowledged
    bench.say(call(1, status="acknowledged", by="Anna", seen=seen))
    bench.change("ack", False)
    bench.wait(100)
    assert statuses(bench) == {"S1": "acknowledged", "S2": "placed"}


def test_a_call_that_comes_under_the_finger_is_not_answered_unseen() -> None:
    bench = DeskBench(has_host=False)
    bench.press(1)
    bench.tap()
    bench.change("ack", True)
    bench.press(2, "emergency")
    bench.change("ack", False)
    bench.wait(100)
    assert statuses(bench) == {"S1": "acknowledged", "S2": "placed"}


def test_a_refusal_is_said_of_its_own_call_only() -> None:
    bench = DeskBench(has_host=False)
    bench.press(1, "emergency")
    bench.press(2)
    bench.hold(3_100)
    assert bench.lines[1].startswith("Clear at bed")
    bench.press(1, "reset")
    assert bench.lines[0].startswith("202-1")
    assert bench.lines[1].startswith("Calling!!!")


def test_a_press_heard_in_the_same_moment_as_the_key_is_not_what_the_key_meant() -> None:
    records = ", ".join(RECORD % (number, 200 + number, address(number)) for number in (1, 2))
    files = {STATIONS_FILE: f"[{records}]".encode().hex()}
    board = VirtualReceiver({"settings": {"host": False}, "epoch": 7, "files": files})
    app = ReceiverApp(board)

    def wake(at_us: int, **news: object) -> None:
        board.wake({"t": at_us, **news})
        app.step(board.clock.now_ms())

    def air(number: int, signal: str, end_us: int) -> list[object]:
        word = CodeWord.from_parts(address(number), DATA_BY_SIGNAL[signal])
        return [[-50_000, *signed(burst(word, ALPHA_US, 4))], end_us]

    wake(1_000_000, air=air(1, "normal", 1_000_000))
    wake(3_000_000, air=air(2, "emergency", 3_000_000), keys=[["ack", 1]])
    wake(3_100_000, keys=[["ack", 0]])
    wake(3_200_000)
    assert {c.station_id: c.status for c in app.desk.board.calls.values()} == {"S1": "acknowledged", "S2": "placed"}
