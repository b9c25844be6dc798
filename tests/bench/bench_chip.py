"""What hearing costs a receiver's RP2040, on an emulated one: CPU, heap and memory under a slicer's noise.

`make bench-chip` builds the receiver's image, whose own code is measured; WARDBELL_UF2=FILE names another such one.
"""

import argparse
import json
import os
import struct
import sys
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from figures import REPOSITORY, print_table, write_figures

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.portion import Portion
from wardbell_simulator.chip.board import EmulatedPico
from wardbell_simulator.chip.compiled import compiled
from wardbell_simulator.radio.slicers import Rxb6
from wardbell_simulator.radio.synth import Air, Transmission, press, synthesize

IMAGE = REPOSITORY / "build" / "image" / "receiver.uf2"
SEED = 3
PORTION_US = 50_000
CODE = CodeWord.from_parts("0F1F01F0", "0001")
PRESS_WORDS = 8
PRESS_T_US = 350.0
KEY = bytes(range(16))
N_FRAMES = 6
SIGNAL_S = 2.0  # how long the air with a press or frames in it is
SNR_DB = 20.0
N_STATIONS = 64
# Functions of chip_side, and the air files each is given.
LISTENERS = {
    "press_receiver": ["noise", "press"],
    "frame_receiver": ["noise", "frames"],
    "receive_path": ["noise", "press", "frames"],
    "receiver_desk": ["noise", "press"],
}
N_TAGS = 20
LIMIT_S = 1800.0  # of wall time for one question

Answer = dict[str, object]


def air_file(sent: Sequence[Transmission], length_s: float) -> bytes:
    """What an rxb6's edges hand to a board, portion by portion; layout in chip_side.py."""
    source = np.random.default_rng(SEED)
    durations = Rxb6().slice(synthesize(sent, Air(SNR_DB), length_s * 1e6, source))
    portions: dict[int, list[tuple[int, int]]] = {}
    for duration_us, end_us in zip(durations, accumulate(map(abs, durations)), strict=True):
        portions.setdefault(end_us // PORTION_US, []).append((duration_us, end_us))
    data = bytearray()
    for portion in portions.values():
        data += struct.pack("<HI", len(portion), portion[-1][1])
        data += Portion.of([duration_us for duration_us, _ in portion]).durations.tobytes()
    return bytes(data)


def airs(noise_s: float) -> dict[str, bytes]:
    """An air file by its name."""
    pressed = Transmission(press(CODE.code, PRESS_T_US, PRESS_WORDS), start_us=400_000)
    sealed = [seal(Frame(7, counter, 1, 9), KEY) for counter in range(N_FRAMES)]
    framed = [Transmission(frame_durations(raw), start_us=100_000 + n * 300_000) for n, raw in enumerate(sealed)]
    return {
        "noise": air_file([], noise_s),
        "press": air_file([pressed], SIGNAL_S),
        "frames": air_file(framed, SIGNAL_S),
    }


def stations() -> bytes:
    """A receiver's table, its first station the sender of `CODE`."""
    addresses = ["".join("01F"[number // 3**place % 3] for place in range(8)) for number in range(1, N_STATIONS)]
    records = [
        {
            "station_id": str(n),
            "room": str(100 + n),
            "bed": "1",
            "address": address,
            "codes": {},
            "clear_at": ["receiver"],
        }
        for n, address in enumerate([CODE.address, *addresses])
    ]
    return json.dumps(records).encode()


def side() -> dict[str, bytes]:
    """The chip's half of this benchmark."""
    return compiled(Path(__file__).parent, [Path(__file__).with_name("chip_side.py")])


def ask(image: Path, files: dict[str, bytes], question: str) -> dict[str, Answer]:
    """Run one call of chip_side on a chip just started; its answers by name."""
    printed = EmulatedPico(image, files).run(f"from chip_side import *\n{question}\n", LIMIT_S)
    answers = [json.loads(line) for line in printed.splitlines()]
    return {answer.pop("name"): answer for answer in answers}


def number(answer: Answer, field: str) -> float:
    """One figure of an answer."""
    value = answer[field]
    assert isinstance(value, int | float)
    return value


def listening_rows(name: str, answers: dict[str, Answer]) -> list[list[str]]:
    """Rows of the table for one listener, one for each air."""
    rows = []
    memory, locked = answers["memory"], answers["without heap"]
    for air in LISTENERS[name]:
        heard = answers[air]
        air_s = number(heard, "air_us") / 1e6
        rows.append(
            [
                name,
                air,
                f"{number(heard, 'durations') / air_s:.0f}",
                f"{number(heard, 'us') / air_s / 1e4:.1f}",
                f"{number(heard, 'us') / number(heard, 'durations'):.1f}",
                f"{number(heard, 'worst_us') / 1000:.1f}",
                f"{number(heard, 'bytes_each') * number(heard, 'n') / air_s:.0f}",
                f"{locked['done']}/{locked['n']}",
                f"{memory['made']}",
                f"{memory['code']}",
            ]
        )
    return rows


def main(argv: list[str]) -> int:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="of noise to hear")
    parser.add_argument(
        "--only", choices=sorted(LISTENERS), nargs="*", default=sorted(LISTENERS), help="of the listeners"
    )
    arguments = parser.parse_args(argv)
    image = Path(os.environ.get("WARDBELL_UF2") or IMAGE)
    if not image.is_file():
        print(f"bench_chip: skipped: no {image.name}; `make bench-chip` builds one, WARDBELL_UF2=FILE names another")
        return 0
    files = side() | airs(arguments.seconds) | {"stations.json": stations()}
    rows = []
    figures: dict[str, object] = {"seconds": arguments.seconds}
    for name in arguments.only:
        answers = ask(image, files, f"listen({name}, {LISTENERS[name]!r})")
        figures[name] = answers
        rows += listening_rows(name, answers)
        print(f"bench_chip: {name} done {answers['without heap']['needs']}", file=sys.stderr)
    tags = ask(image, files, f"tags({N_TAGS})")
    figures["tags"] = tags
    print_table(
        [
            "listener",
            "air",
            "edges/s",
            "CPU %",
            "us an edge",
            "worst ms",
            "heap B/s",
            "heap locked",
            "object B",
            "code B",
        ],
        rows,
    )
    for name in ("tag", "open_frame", "seal"):
        each_ms = number(tags[name], "us") / number(tags[name], "n") / 1000
        print(f"{name}: {each_ms:.2f} ms, {number(tags[name], 'bytes_each'):.0f} bytes of heap")
    write_figures("chip", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
