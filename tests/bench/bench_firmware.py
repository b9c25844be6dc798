"""What a Pico's boards do in their own time, on an emulated chip: air sent and heard, how long a call takes, cost and heap.

`make bench-firmware`. Sent and heard with PIO and DMA beside the same task done with `sleep_us` and `Pin.irq`, on the same chip.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from chip_air import FRAME, IMAGE, WORDS, answer, board_files, heard_us, intervals_us, task
from figures import REPOSITORY, print_table, write_figures

from wardbell_firmware.boards.pins import PICO_BEDSIDE, PICO_RECEIVER
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst
from wardbell_simulator.chip.board import EmulatedPico
from wardbell_simulator.chip.display import wire_display

IMAGES = REPOSITORY / "build" / "image"
CARRIER, EAR, SOFT_EAR, HARD_EAR, BUZZER = 15, 2, 5, 13, 4  # as in firmware_side.py
SEED = 7
LAP = 1 << 24
ADDRESS, NORMAL = "0F1F0F1F", "0001"
KEY = bytes(range(16)).hex()
WORD_DURATIONS = 50
EACH_EDGE_S = 5_400
# Half a second, after which the receiver's collector is due again; its other periods are 1, 2, 50 ms and 1 s.
N_PHASES, PHASE_US = 24, 21_300
NODES: dict[str, dict[str, object]] = {"words": {"address": ADDRESS}, "frames": {"node_id": 7, "key": KEY}}
STATION = {"station_id": "203-2", "room": "203", "bed": "2", "address": ADDRESS, "codes": {}, "clear_at": ["receiver"]}
START_LIMIT_US = 8_000_000
RECEIVER = {"role": "receiver", "board": "pico", "name": "bench", "host": False}

HEAP = """
import gc
gc.threshold(4096)
from wardbell_firmware.boards.rp2040.{role} import {board}
from wardbell_firmware.{role}.app import {app}
app = {app}({board}({settings!r}))
for _ in range(3):
    app.step(app.board.clock.now_ms())
gc.collect()
gc.collect()
print(gc.mem_free())
"""

DECODE = """
import gc, time
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressReceiver
receiver = PressReceiver()
portions = [Portion.of(pulses, end_us) for pulses, end_us in {portions!r}]
gc.collect()
spent_us = 0
events = []
for portion in portions:
    began = time.ticks_us()
    heard = receiver.receive(portion)
    polled = receiver.poll(portion.end_us)
    spent_us += time.ticks_us() - began
    events += [repr(event) for event in list(heard) + list(polled)]
print(spent_us, len(events))
"""

Figures = dict[str, Any]
Row = list[str]


def errors_of(sent: Sequence[float], meant: Sequence[int]) -> list[float]:
    """By how many µs each interval is too long."""
    return [us - wanted for us, wanted in zip(sent, meant, strict=False)]


def worst(errors: Iterable[float]) -> float:
    """The error that is furthest off."""
    return max(errors, key=abs, default=float("nan"))


def send(pico: EmulatedPico) -> tuple[Figures, list[Row]]:
    """Words and a frame, sent in three ways."""
    ways = {
        "PIO fed by DMA": "send_with_pio({})",
        "sleep_us, nothing else running": "send_with_sleep_us({}, False)",
        "sleep_us beside a timer at 200 Hz": "send_with_sleep_us({}, True)",
    }
    figures: Figures = {}
    rows = []
    for way, call in ways.items():
        edges = pico.pins.edges(CARRIER)
        task(pico, call.format([WORDS, FRAME]))
        answer(pico, 600.0)
        at = len(WORDS)  # edges of the words; those of the frame come after
        errors = errors_of(intervals_us(edges[:at]), WORDS) + errors_of(intervals_us(edges[at:]), FRAME)
        figures[way] = {"n": len(errors), "mean_us": statistics.mean(errors), "worst_us": worst(errors)}
        target = "1 µs" if "PIO" in way else ""
        rows.append([f"sent: {way}", f"{worst(errors):+.3f} µs of {len(errors)} intervals", target])
    return figures, rows


def reading_us(n: int) -> float:
    """What reading an edge out of the ring costs at `EACH_EDGE_S` beside display, line and buzzer, while nothing interrupts."""
    source = Random(SEED)
    mean_us = 1_000_000 // EACH_EDGE_S
    air = [source.choice([mean_us // 5, mean_us, 2 * mean_us - mean_us // 5]) for _ in range(n)]
    pico = EmulatedPico(IMAGE, board_files())
    pico.fit_i2c_display()
    task(pico, f"hear({len(air)}, None, {LAP})")
    pico.hear(b"ready", 3_000_000)
    pico.pins.play(EAR, air, after_ns=5_000_376)
    found = answer(pico, 900.0)
    return float(found["read_us"]) / len(found["heard"])


def hear(n: int) -> tuple[Figures, list[Row]]:
    """The same air by PIO and by an interrupt of either kind, while the chip does all that a receiver could have to do."""
    source = Random(SEED)
    air = [source.choice([30, 73, 151, 260, 350, 500, 1050]) for _ in range(n)]
    figures: Figures = {}
    rows = []
    for kind, is_hard, ear in (("soft Pin.irq", False, SOFT_EAR), ("hard Pin.irq", True, HARD_EAR)):
        pico = EmulatedPico(IMAGE, board_files())
        pico.fit_i2c_display()
        task(pico, f"hear({n}, {is_hard}, {LAP})")
        pico.hear(b"ready", 3_000_000)
        for gpio in (EAR, ear):
            pico.pins.play(gpio, air, after_ns=5_000_376)
        found = answer(pico, 900.0)
        heard = [abs(us) for us in heard_us(found["heard"])][1:n]
        errors = errors_of(heard, air)
        seen = found["interrupts"]
        figures[f"PIO beside {kind}"] = {
            "n": len(heard),
            "mean_us": statistics.mean(errors),
            "worst_us": worst(errors),
            "longest_display_us": found["longest_display_us"],
        }
        figures[kind] = {"n": len(seen)}
        text = f"{len(heard)} of {n - 1}, worst {worst(errors):+.1f} µs"
        rows.append([f"heard: PIO, DMA ring (beside {kind})", text, "all, 3 µs"])
        rows.append([f"heard: {kind}", _interrupts(seen, air), ""])
    read_us = reading_us(n)
    figures["read_us_an_edge"] = read_us
    cost = f"{read_us:.2f} µs an edge: {read_us * EACH_EDGE_S / 1e4:.1f} % CPU"
    rows.append(["  reading it out of the ring, no interrupt beside it", cost, ""])
    return figures, rows


def _interrupts(seen: Sequence[int], air: Sequence[int]) -> str:
    if len(seen) < len(air) - 1:
        return f"{len(seen)} of {len(air) - 1}"
    return f"{len(seen)} of {len(air) - 1}, worst {worst(errors_of(seen, air)):+.0f} µs"


def files(settings: dict[str, object]) -> dict[str, bytes]:
    """What a provisioned board holds."""
    return {"settings.json": json.dumps(settings).encode(), "stations.json": json.dumps([STATION]).encode()}


def press(kind: str) -> tuple[Figures, list[Row], list[int]]:
    """From a finger to the air, on the image that goes onto nodes; call is held at power-on, reset pressed later.

    Gives the call's burst, too, as it came out of the pin, in µs.
    """
    settings = {"role": "bedside", "board": "pico", "signals": {"call": "normal", "reset": "reset"}} | NODES[kind]
    pico = EmulatedPico(IMAGES / "bedside.uf2", files(settings))
    pico.set_adc(0, 1500)
    carrier = pico.pins.edges(PICO_BEDSIDE["radio"])
    pico.pins.drive(PICO_BEDSIDE["call"], 0)
    pico.run_until(lambda: bool(carrier), START_LIMIT_US)
    started_ms = carrier[0][0] / 1e6
    pico.pins.release(PICO_BEDSIDE["call"])
    pico.run_for_us(7_000_000, 300.0)
    n = len(carrier)
    air = [round(us) for us in intervals_us(carrier)]
    began_ns = pico.pins.now_ns
    pico.pins.drive(PICO_BEDSIDE["reset"], 0)
    pico.run_until(lambda: len(carrier) > n, 1_000_000)
    air_ms = (carrier[n][0] - began_ns) / 1e6
    rows = [
        [f"press to first mark, {kind}", f"{air_ms:.1f} ms", "30 ms"],
        [f"power-on to the air, {kind}", f"{started_ms / 1000:.2f} s, 2 s of which wait for Ctrl-C", ""],
    ]
    return {"press_to_air_ms": air_ms, "power_on_to_air_ms": started_ms}, rows, air


class StartedReceiver:
    """The image that goes onto receivers, started, with a quiet air."""

    def __init__(self) -> None:
        self.pico = EmulatedPico(IMAGES / "receiver.uf2", files(dict(RECEIVER)))
        self.glass = wire_display(self.pico.pins, PICO_RECEIVER)
        self._sounds = self.pico.pins.edges(PICO_RECEIVER["buzzer"])
        self.pico.pins.drive(PICO_RECEIVER["mains"], 1)
        self.pico.pins.drive(PICO_RECEIVER["radio"], 0)
        self.pico.run_until(lambda: "Everything Good!" in self.glass.lines(), START_LIMIT_US, 5_000)
        self.started_ms = self.pico.pins.now_ns / 1e6
        self.pico.run_for_us(300_000, 300.0)

    def hear(self, air: Sequence[int], after_us: int) -> tuple[float, float]:
        """From the end of a burst's second word to the tone and to the display, in ms; it begins after so long."""
        self.pico.run_for_us(1 + after_us, 300.0)
        two_words_ns = self.pico.pins.now_ns + 1000 * sum(air[: 2 * WORD_DURATIONS])
        self.pico.pins.play(PICO_RECEIVER["radio"], air)
        self.pico.run_until(lambda: bool(self._sounds), 500_000)
        self.pico.run_until(lambda: "Calling" in self.glass.lines()[1], 500_000, 5_000)
        return (self._sounds[0][0] - two_words_ns) / 1e6, (self.pico.pins.now_ns - two_words_ns) / 1e6


_started: list[StartedReceiver] = []  # what each phase's process is a copy of


def hear_after(phase: tuple[int, list[int]]) -> tuple[float, float]:
    """`StartedReceiver.hear` in a process of its own."""
    return _started[0].hear(phase[1], phase[0])


def tone(air: list[int]) -> tuple[Figures, list[Row]]:
    """From the air to the sounder and the display, at many phases of what the receiver does by itself."""
    _started.append(StartedReceiver())
    phases = [(n * PHASE_US, air) for n in range(N_PHASES)]
    with multiprocessing.get_context("fork").Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        measured = pool.map(hear_after, phases, chunksize=1)
    tones, displays = sorted(tone_ms for tone_ms, _ in measured), [shown_ms for _, shown_ms in measured]
    started_ms = _started.pop().started_ms
    figures = {"air_to_tone_ms": tones, "air_to_display_ms": max(displays), "power_on_to_display_ms": started_ms}
    of_phases = f"worst of {N_PHASES} phases"
    rows = [
        [f"second word to tone, {of_phases}", f"{tones[-1]:.1f} ms, median {statistics.median(tones):.1f}", "20 ms"],
        [f"second word to display, {of_phases}", f"{max(displays):.0f} ms", ""],
        ["power-on to display, receiver", f"{started_ms / 1000:.2f} s, 2 s of which wait for Ctrl-C", ""],
    ]
    return figures, rows


def chain() -> tuple[Figures, list[Row]]:
    """One chip's press heard by the other: node, what came out of its pin, receiver."""
    pressed, press_rows, air = press("words")
    heard, tone_rows = tone(air)
    return pressed | heard, press_rows + tone_rows


def cost() -> tuple[Figures, list[Row]]:
    """Heap that is free with each app made, and what a word costs to decode."""
    node = {"signals": {"call": "normal"}} | NODES["frames"]
    roles: dict[str, tuple[str, str, dict[str, object]]] = {
        "bedside": ("PicoBedside", "BedsideApp", node),
        "receiver": ("PicoReceiver", "ReceiverApp", RECEIVER | {"host_on_usb": False}),
    }
    figures: Figures = {}
    rows = []
    for role, (board, app, settings) in roles.items():
        pico = EmulatedPico(IMAGES / f"{role}.uf2", {"stations.json": json.dumps([STATION]).encode()})
        script = HEAP.format(role=role, board=board, app=app, settings=settings)
        free = int(pico.run(script, 600.0).splitlines()[-1])
        figures[f"free_{role}"] = free
        rows.append([f"heap free, {role}", f"{free / 1024:.0f} KB", "100 KB"])
    word = [us if at % 2 == 0 else -us for at, us in enumerate(burst(CodeWord.from_parts(ADDRESS, NORMAL), 87.5, 1))]
    n_words = 8
    length_us = sum(map(abs, word))
    portions = [([-500_000], 500_000)] + [(word, 500_000 + (n + 1) * length_us) for n in range(n_words)]
    printed = EmulatedPico(IMAGES / "receiver.uf2", {}).run(DECODE.format(portions=portions), 600.0)
    spent_us, n_events = map(int, printed.split()[-2:])
    assert n_events, "the words were not decoded"
    figures["decode_us_a_word"] = spent_us / n_words
    rows.append(["decoding a word", f"{spent_us / n_words:.0f} µs of the {length_us} it lasts", ""])
    return figures, rows


def main(argv: list[str]) -> int:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--durations", type=int, default=1800, help="to be heard")
    sections: dict[str, tuple[Path, Callable[[int], tuple[Figures, list[Row]]]]] = {
        "send": (IMAGE, lambda _: send(EmulatedPico(IMAGE, board_files()))),
        "hear": (IMAGE, hear),
        "chain": (IMAGES / "receiver.uf2", lambda _: chain()),
        "press-frames": (IMAGES / "bedside.uf2", lambda _: press("frames")[:2]),
        "cost": (IMAGES / "receiver.uf2", lambda _: cost()),
    }
    parser.add_argument("--only", nargs="*", choices=sorted(sections), default=list(sections))
    arguments = parser.parse_args(argv)
    figures: Figures = {}
    table: list[Row] = []
    for name in arguments.only:
        image, measure = sections[name]
        if not image.is_file():
            print(f"bench_firmware: {name} skipped: no {image.name}; `make bench-firmware` builds it")
            continue
        figures[name], rows = measure(arguments.durations)
        table += rows
        print(f"bench_firmware: {name} done", file=sys.stderr)
    if table:
        print_table(["", "measured", "target"], table)
        write_figures("firmware", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
