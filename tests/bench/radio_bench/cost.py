"""Section `cost`: CPU time on this computer, in noise and with presses."""

from collections.abc import Sequence

from radio_bench.contenders import Contender
from radio_bench.signals import Batch, batches, one_press
from wardbell_simulator.radio.noise import gaussian, recordings
from wardbell_simulator.radio.slicers import Rxb6
from wardbell_simulator.radio.synth import Air


def cost(contenders: Sequence[Contender], seconds: float) -> dict[str, object]:
    """CPU milliseconds a second of air: receiver's noise, and a press of 4 words at 20 dB every 0.7 s."""
    noise = [Batch(next(recordings(gaussian, 5, seconds * 1e6)), 0.0, [])]
    presses = list(batches(one_press(430, 4), Air(20.0), max(1, round(seconds / 0.7)), 6))
    spent: dict[str, dict[str, float]] = {}
    for contender in contenders:
        spent[contender.name] = {
            name: round(1e3 * _spent_s(contender, kind), 2) for name, kind in (("noise", noise), ("presses", presses))
        }
    edges_per_s = len(noise[0].durations(Rxb6())) / seconds
    return {"rxb6 noise edges per s": round(edges_per_s), "ms per s": spent}


def _spent_s(contender: Contender, kind: Sequence[Batch]) -> float:
    """CPU seconds a second of air."""
    cpu_s, air_s = contender.cpu_s, contender.air_s
    for batch in kind:
        contender.hear(batch)
    return (contender.cpu_s - cpu_s) / (contender.air_s - air_s)
