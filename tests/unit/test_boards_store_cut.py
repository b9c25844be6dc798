"""The boards' files on a littlefs whose power goes at every instant of every write: the old file or the new, whole."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from littlefs import LFSConfig, LittleFS, UserContext

from wardbell_firmware.boards import store as boards_store
from wardbell_firmware.boards.store import FlashStore

BLOCK_SIZE, N_BLOCKS = 4096, 16
FILE, OTHER = "settings.json", "calls.json"

Write = tuple[int, bytes]  # where, and what stands there then
On = Callable[[LittleFS], FlashStore]


class Recorder(UserContext):
    """A flash that remembers each write and erasure, in order."""

    def __init__(self, content: bytes) -> None:
        super().__init__(buffer=bytearray(content))
        self.writes: list[Write] = []

    def prog(self, cfg: LFSConfig, block: int, off: int, data: bytes) -> int:
        self.writes.append((block * BLOCK_SIZE + off, bytes(data)))
        return int(super().prog(cfg, block, off, data))

    def erase(self, cfg: LFSConfig, block: int) -> int:
        self.writes.append((block * BLOCK_SIZE, b"\xff" * BLOCK_SIZE))
        return int(super().erase(cfg, block))


def mounted(flash: UserContext) -> LittleFS:
    # As MicroPython's rp2 port has it; it mounts, or the board would begin with an empty one.
    return LittleFS(
        context=flash, block_size=BLOCK_SIZE, block_count=N_BLOCKS, prog_size=256, disk_version=0x00020000, mount=True
    )


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    """Has the store work on a file system."""

    def use(files: LittleFS) -> FlashStore:
        monkeypatch.setattr(boards_store, "open", files.open, raising=False)
        monkeypatch.setattr(boards_store, "os", SimpleNamespace(rename=files.rename, remove=files.remove))
        return FlashStore()

    return use


def cut(before: bytes, writes: list[Write], is_torn: bool) -> bytes:
    """The flash after these writes; of the last, torn, only the first half got there."""
    flash = bytearray(before)
    for at, (place, data) in enumerate(writes):
        done = data[: len(data) // 2] if is_torn and at == len(writes) - 1 else data
        flash[place : place + len(done)] = done
    return bytes(flash)


def test_a_loss_of_power_leaves_the_old_file_or_the_new_one_and_a_file_system_that_works(on: On) -> None:
    flash = UserContext(buffsize=BLOCK_SIZE * N_BLOCKS)
    LittleFS(context=flash, block_size=BLOCK_SIZE, block_count=N_BLOCKS, prog_size=256, disk_version=0x00020000)
    content, kept = bytes(flash.buffer), {FILE: b"", OTHER: b""}
    n_cuts = 0
    for number in range(18):
        name, other = (FILE, OTHER) if number % 2 else (OTHER, FILE)
        data = b"%d" % number * (700 if number % 3 else 20)
        recorder = Recorder(content)
        on(mounted(recorder)).save(name, data)
        for n_done in range(1, len(recorder.writes)):
            for is_torn in (False, True):
                store = on(mounted(UserContext(buffer=bytearray(cut(content, recorder.writes[:n_done], is_torn)))))
                assert (store.load(name) or b"") in (kept[name], data)
                assert (store.load(other) or b"") == kept[other]
                store.save(name, b"again")
                assert store.load(name) == b"again"
                n_cuts += 1
        content, kept[name] = bytes(recorder.buffer), data
    assert n_cuts > 100
