"""Section `false-codes`: what receivers take for codes when nobody presses."""

import json
from collections import Counter
from collections.abc import Sequence

from figures import CAPTURES

from radio_bench.contenders import Contender
from radio_bench.signals import Batch
from wardbell_simulator.radio.noise import NOISES, Noise, other_devices, recordings

_PIECE_US = 10e6


def noise_classes() -> dict[str, Noise]:
    """Each class by name; other devices' traffic where the captures are."""
    path = CAPTURES / "not_words.jsonl"
    if not path.is_file():
        return dict(NOISES)
    trains = [json.loads(line)["pulses"] for line in path.read_text().splitlines()]
    return {**NOISES, "other devices": other_devices(trains)}


def false_codes(name: str, contenders: Sequence[Contender], hours: float) -> dict[str, object]:
    """Codes of every length in `hours` of one class, the same hours for each contender."""
    codes: dict[str, Counter[int]] = {contender.name: Counter() for contender in contenders}
    heard_us = 0.0
    for iq in recordings(noise_classes()[name], 4_330_000, _PIECE_US):
        if heard_us >= hours * 3.6e9:
            break
        batch = Batch(iq, 0.0, [])
        heard_us += 4 * len(iq)
        for contender in contenders:
            codes[contender.name].update(report.n_bits for report in contender.hear(batch))
    return {
        "noise": name,
        "hours": round(heard_us / 3.6e9, 4),
        "codes": {
            name: {"24 bits": found[24], "others": sum(found.values()) - found[24]} for name, found in codes.items()
        },
    }
