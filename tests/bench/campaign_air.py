"""How often a receiver says what nobody sent: hours of each noise, and presses at the edge of being heard.

    python tests/bench/campaign_air.py --hours 24 --presses 30000

The air and the module are models (radio.md 3.1), what listens is the device's own code, run by MicroPython.
"""

import argparse
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Self

import numpy as np

from wardbell_simulator.micropython import find_micropython
from wardbell_simulator.radio.slicers import Rxb6
from wardbell_simulator.radio.synth import Air, Transmission, press, random_code, synthesize

ROOT = Path(__file__).resolve().parents[2]
PIECE_S = 10.0
CHUNK = 1000  # presses a job
Source = np.random.Generator


class Listener:
    """One MicroPython process that hears what it is given."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("air_listener.py")
        command = [str(find_micropython()), "-X", "heapsize=32m", str(script), str(ROOT / "protocol")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def hear(self, pulses: list[int], goes_on: bool) -> list[str]:
        """Give durations; return the codes of presses that began."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        signed = np.array(pulses, dtype=np.int64)
        self._process.stdin.write(struct.pack("<BI", goes_on, len(pulses)))
        self._process.stdin.write((2 * np.abs(signed) + (signed > 0)).astype("<u4").tobytes())
        self._process.stdin.flush()
        answer = self._process.stdout.readline().decode()
        if not answer:
            raise SystemExit("campaign_air: the listener has ended")
        return answer.split()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def keyed_at_random(source: Source) -> list[Transmission]:
    """Return a carrier switched at random, 60 µs to 3 ms a state."""
    durations = source.uniform(60, 3000, int(PIECE_S * 1e6 / 1500))
    return [Transmission(durations.tolist())]


NOISES: dict[str, tuple[Air, Callable[[Source], list[Transmission]]]] = {
    "Gaussian": (Air(0.0), lambda _: []),
    "100 impulses/s": (Air(15.0, impulses_per_s=100), lambda _: []),
    "random on-off, 20 dB": (Air(20.0), keyed_at_random),
    "mains bursts": (Air(0.0, mains_burst_us=1000), lambda _: []),
}


def listen_to_noise(name: str, hours: float, seed: int) -> list[str]:
    """Return the false codes in hours of a noise."""
    source = np.random.default_rng([seed, list(NOISES).index(name)])
    air, sent = NOISES[name]
    codes: list[str] = []
    with Listener() as listener:
        for piece in range(n_pieces(hours)):
            pulses = Rxb6().slice(synthesize(sent(source), air, PIECE_S * 1e6, source))
            codes += listener.hear(pulses, goes_on=piece > 0)
    return codes


def listen_to_presses(n_presses: int, seed: int) -> tuple[int, list[str]]:
    """Return how many of these presses of -2..5 dB, T 120..700 µs, 4..16 words were heard, and what else was."""
    source = np.random.default_rng([seed, len(NOISES)])
    n_right = 0
    wrong: list[str] = []
    with Listener() as listener:
        for _ in range(n_presses):
            code = random_code(source)
            t_us = float(np.exp(source.uniform(np.log(120), np.log(700))))
            durations = press(code, t_us, int(source.choice([4, 4, 8, 16])))
            sent = Transmission(durations, source.uniform(100e3, 150e3))
            iq = synthesize([sent], Air(source.uniform(-2, 5)), sent.end_us + 150e3, source)
            codes = listener.hear(Rxb6().slice(iq), goes_on=False)
            n_right += f"{code:06X}" in codes
            wrong += [f"{found} for {code:06X} at T {t_us:.0f}" for found in codes if int(found, 16) != code]
    return n_right, wrong


def n_pieces(hours: float) -> int:
    """Return how many pieces of noise that is."""
    return max(1, round(hours * 3600 / PIECE_S))


def main(argv: list[str]) -> int:
    """Run; 0 if nothing was heard that nobody sent, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0, help="of each noise")
    parser.add_argument("--noise", choices=NOISES, nargs="+", default=list(NOISES), help="these kinds alone")
    parser.add_argument("--presses", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=433)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    args = parser.parse_args(argv)
    is_clean = True
    with ProcessPoolExecutor(args.jobs) as jobs:
        noises = {name: jobs.submit(listen_to_noise, name, args.hours, args.seed) for name in args.noise if args.hours}
        presses = [
            jobs.submit(listen_to_presses, min(CHUNK, args.presses - at), args.seed + at)
            for at in range(0, args.presses, CHUNK)
        ]
        for name, job in noises.items():
            codes = job.result()
            hours = n_pieces(args.hours) * PIECE_S / 3600
            print(f"{name:22} {hours:6.2f} h  {len(codes)} false {' '.join(codes[:5])}", flush=True)
            is_clean = is_clean and not codes
        results = [job.result() for job in presses]
    n_right = sum(right for right, _ in results)
    wrong = [each for _, some in results for each in some]
    print(f"{args.presses} presses: {n_right} heard, {len(wrong)} wrong codes {'; '.join(wrong[:5])}")
    return 0 if is_clean and len(wrong) < max(1, args.presses / 10_000) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
