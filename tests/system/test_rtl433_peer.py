"""Debian's rtl_433 as the far end: what we send, it must hear."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from radio_air import record

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst, signed
from wardbell_simulator.decode_command import decode
from wardbell_simulator.trains import read_trains

RTL_433 = shutil.which("rtl_433")
GENERIC_REMOTE = "30"  # its decoder of SC226x and EV1527
T_US = 464  # the middle of what that decoder takes; see reference radio.md, 3.4

pytestmark = pytest.mark.skipif(
    RTL_433 is None, reason="rtl_433 is not installed; .ci/system-packages installs it where it may (Debian: rtl-433)"
)


def rtl_433_hears(recording: Path) -> list[dict[str, object]]:
    assert RTL_433 is not None
    command = [RTL_433, "-c", "/dev/null", "-R", GENERIC_REMOTE, "-F", "json", "-r", str(recording)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def random_words(n_words: int) -> list[CodeWord]:
    source = random.Random(433)
    words = [CodeWord.from_trits("".join(source.choice("01F") for _ in range(12))) for _ in range(n_words)]
    return [*words, CodeWord.from_trits("F1F00F1F0001"), CodeWord.from_trits("111111111111")]


@pytest.mark.parametrize("word", random_words(6), ids=lambda word: word.trits)
def test_rtl_433_hears_what_we_send(word: CodeWord, tmp_path: Path) -> None:
    recording = tmp_path / "g001_433.92M_250k.cu8"
    record(recording, [-100_000, *signed(burst(word, T_US / 4)), -500_000])
    heard = rtl_433_hears(recording)
    # It writes Z for a floating trit, and the 24 bits as 16 and 8.
    assert [(row["id"], row["cmd"], row["tristate"]) for row in heard] == [
        (word.code >> 8, word.code & 0xFF, word.trits.replace("F", "Z"))
    ] * 4
    [train] = read_trains(recording)
    [press] = decode(train)["presses"]
    assert (train.id, press["code"], press["words"]) == ("g001", word.hex, len(heard))
