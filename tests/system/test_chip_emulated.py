"""The emulated RP2040, where its MicroPython has been built (`make bench-chip`)."""

from pathlib import Path

import pytest

from wardbell_simulator.chip.board import EmulatedPico
from wardbell_simulator.chip.compiled import compiled
from wardbell_simulator.errors import DeviceError

IMAGE = Path(__file__).resolve().parent.parent.parent / "build" / "image" / "firmware.uf2"

pytestmark = pytest.mark.skipif(not IMAGE.is_file(), reason="no RP2040 image: `make bench-chip` builds one")

MODULE = """
import micropython

@micropython.viper
def total(numbers: ptr32, n: int) -> int:
    sum = 0
    while n:
        n -= 1
        sum += numbers[n]
    return sum
"""


@pytest.fixture(scope="module")
def pico(tmp_path_factory: pytest.TempPathFactory) -> EmulatedPico:
    folder = tmp_path_factory.mktemp("board")
    (folder / "viper_sum.py").write_text(MODULE)
    return EmulatedPico(IMAGE, compiled(folder, [folder / "viper_sum.py"]) | {"data/a": bytes(range(256)) * 40})


def test_it_is_an_rp2040_and_runs_what_was_compiled_for_it(pico: EmulatedPico) -> None:
    script = "import sys, array, viper_sum\nprint(sys.platform, viper_sum.total(array.array('i', [1, -2, 70000]), 3))"
    assert pico.run(script) == "rp2 69999\n"


def test_its_files_are_those_given(pico: EmulatedPico) -> None:
    assert pico.run("d = open('data/a', 'rb').read()\nprint(len(d), sum(d))") == f"{40 * 256} {40 * sum(range(256))}\n"


def test_a_script_longer_than_the_usb_buffers_arrives_whole(pico: EmulatedPico) -> None:
    lines = [f"n = {n}" for n in range(150)]  # 1.1 kB; its two buffers hold 768 bytes
    assert pico.run("\n".join([*lines, "print(n)"])) == "149\n"


def test_its_usb_rests_while_there_is_nothing_to_say(pico: EmulatedPico) -> None:
    loop = "import time\nt = time.ticks_us()\nfor i in range(1000): pass\nprint(time.ticks_diff(time.ticks_us(), t))"
    assert (
        3_000 < int(pico.run(loop)) < 7_000
    )  # µs of its own time: 4,600, and three times that with a host that never rests


def test_a_failing_script_tells_its_traceback(pico: EmulatedPico) -> None:
    with pytest.raises(DeviceError, match="ZeroDivisionError"):
        pico.run("1 / 0")
    assert pico.run("print('lives')") == "lives\n"
