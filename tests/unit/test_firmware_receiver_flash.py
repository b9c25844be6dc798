"""A receiver whose flash takes nothing more goes on, says so, and keeps what it has when it can again."""

from firmware_bench import ALPHA_US, address

from wardbell_firmware.receiver.app import KEEP_AGAIN_MS, ReceiverApp
from wardbell_firmware.receiver.memory import OPEN_CALLS_FILE
from wardbell_firmware.receiver.table import STATIONS_FILE
from wardbell_firmware.receiver.text import FLASH_FULL
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst, signed
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL
from wardbell_simulator.board_side.boards import VirtualReceiver
from wardbell_simulator.board_side.parts import VirtualClock, VirtualStore, Wires

RECORD = '[{"station_id": "S1", "room": "201", "bed": "1", "address": "%s", "codes": {}, "clear_at": ["bed"]}]'


class FullStore(VirtualStore):
    is_full = True

    def save(self, name: str, data: bytes) -> None:
        if self.is_full:
            raise OSError(28)
        super().save(name, data)


class Bench:
    def __init__(self) -> None:
        self.board = VirtualReceiver({"settings": {"host": False}, "epoch": 7, "files": {}})
        files = {STATIONS_FILE: (RECORD % address(1)).encode()}
        self.store = FullStore(Wires(VirtualClock()), files)
        self.board.store = self.store
        self.app = ReceiverApp(self.board)

    def step(self, ms: int, **news: object) -> None:
        self.board.wake({"t": ms * 1_000, **news})
        self.app.step(ms)

    def press(self, ms: int, signal: str) -> None:
        word = CodeWord.from_parts(address(1), DATA_BY_SIGNAL[signal])
        self.step(ms, air=[[-50_000, *signed(burst(word, ALPHA_US, 4))], ms * 1_000])
        self.step(ms + 500)
        self.step(ms + 3_000)


def test_a_full_flash_silences_no_call_and_is_shown() -> None:
    bench = Bench()
    bench.press(1_000, "normal")
    assert [call.kind for call in bench.app.desk.board.open_calls()] == ["normal"]
    bench.press(5_000, "reset")
    assert bench.app.desk.board.open_calls() == []
    assert bench.app.desk.front.lines[0] == FLASH_FULL


def test_what_was_not_kept_is_kept_when_there_is_room_again() -> None:
    bench = Bench()
    bench.press(1_000, "normal")
    bench.store.is_full = False
    bench.step(1_000 + 2 * KEEP_AGAIN_MS)
    assert b"201" in (bench.store.load(OPEN_CALLS_FILE) or b"")
    bench.press(200_000, "reset")
    assert bench.app.desk.front.lines[0] != FLASH_FULL
