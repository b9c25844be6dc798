"""How often a receiver says what nobody sent: hours of each noise, and presses at the edge of being heard.

    python tests/bench/campaign_air.py --hours 24 --presses 30000

The air and the module are models (radio.md 3.1), what listens is the device's own code, run by MicroPython.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from wardbell_simulator.micropython import find_micropython
from wardbell_simulator.radio.slicers import Rxb6
from wardbell_simulator.radio.synth import Air, Transmission, press, random_code, synthesize

ROOT = Path(__file__).resolve().parents[2]
PIECE_S = 10.0
Source = np.random.Generator


class Listener:
    """One MicroPython process that hears what it is given."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("air_listener.py")
        command = [str(find_micropython()), "-X", "heapsize=32m", str(script), str(ROOT / "protocol")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def hear(self, pulses: list[int], goes_on: bool) -> list[str]:
        """Give durations; return the codes of presses that began."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(("+" if goes_on else "") + " ".join(map(str, pulses)) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("campaign_air: the listener has ended")
        return answer.split()

    def close(self) -> None:
        """End the process."""
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


def listen_to_noise(listener: Listener, hours: float, source: Source) -> bool:
    """Print the false presses of each noise; whether there was none."""
    is_clean = True
    for name, (air, sent) in NOISES.items():
        codes: list[str] = []
        n_pieces = max(1, round(hours * 3600 / PIECE_S))
        for piece in range(n_pieces):
            pulses = Rxb6().slice(synthesize(sent(source), air, PIECE_S * 1e6, source))
            codes += listener.hear(pulses, goes_on=piece > 0)
        print(f"{name:22} {n_pieces * PIECE_S / 3600:6.2f} h  {len(codes)} false {' '.join(codes[:5])}", flush=True)
        is_clean = is_clean and not codes
    return is_clean


def listen_to_presses(listener: Listener, n_presses: int, source: Source) -> bool:
    """Print the wrong codes among presses of -2..5 dB, T 120..700 µs, 4..16 words; whether they are under 1 in 10,000."""
    n_right = 0
    wrong: list[str] = []
    for _ in range(n_presses):
        code = random_code(source)
        t_us = float(np.exp(source.uniform(np.log(120), np.log(700))))
        durations = press(code, t_us, int(source.choice([4, 4, 8, 16])))
        sent = Transmission(durations, source.uniform(100e3, 150e3))
        iq = synthesize([sent], Air(source.uniform(-2, 5)), sent.end_us + 150e3, source)
        codes = listener.hear(Rxb6().slice(iq), goes_on=False)
        n_right += f"{code:06X}" in codes
        wrong += [f"{found} for {code:06X} at T {t_us:.0f}" for found in codes if int(found, 16) != code]
    print(f"{n_presses} presses: {n_right} heard, {len(wrong)} wrong codes {'; '.join(wrong[:5])}")
    return len(wrong) < max(1, n_presses / 10_000)


def main(argv: list[str]) -> int:
    """Run; 0 if nothing was heard that nobody sent, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0, help="of each noise")
    parser.add_argument("--presses", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=433)
    args = parser.parse_args(argv)
    source = np.random.default_rng(args.seed)
    listener = Listener()
    try:
        is_clean = listen_to_noise(listener, args.hours, source) if args.hours else True
        is_right = listen_to_presses(listener, args.presses, source) if args.presses else True
    finally:
        listener.close()
    return 0 if is_clean and is_right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
