"""Print what this interpreter makes of the air vectors; run by test_air_interpreters.py on both."""

import json
import sys

sys.path.insert(0, sys.argv[1])

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressReceiver
from wardbell_protocol.air.waveform import waveform
from wardbell_protocol.errors import EncodeError


def hear(name: str, pulses: "list[int]", n_at_a_time: int) -> None:
    """Print the events of a train given in portions."""
    receiver = PressReceiver()
    now_us = 0
    for at in range(0, len(pulses), n_at_a_time):
        part = pulses[at : at + n_at_a_time]
        now_us += sum([abs(pulse) for pulse in part])
        for event in receiver.receive(Portion.of(part, now_us)):
            print(name, now_us, event)
    print(name, "next", receiver.next_deadline_us(), receiver.poll(now_us + 70000), receiver.poll(now_us + 1000000))
    print(name, sorted(receiver.rejects.items()), receiver.n_words)


def noise(seed: int, n_pulses: int) -> "list[int]":
    """Return pulses of either sign, the same on every machine."""
    pulses = []
    for _ in range(n_pulses):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        size_us = (seed >> 8) % (200 if seed & 0x700000 else 20000)
        pulses.append(size_us if seed & 0x80000 else -size_us)
    return pulses


def refuse(what: str, *args: object) -> None:
    """Print how bad input is refused."""
    try:
        getattr(CodeWord, what)(*args)
    except EncodeError as error:
        print(what, args, error)


with open(sys.argv[2]) as file:  # noqa: PTH123  MicroPython has no pathlib
    vectors = json.load(file)
for vector in vectors["words"]:
    word = CodeWord.from_trits(vector["trits"])
    print(word, word.hex, word.trits, word.address, word.data, word.ev1527_id, word.ev1527_key, word.is_tristate)
for vector in vectors["waveforms"]:
    print(waveform(CodeWord.from_trits(vector["trits"]), vector["alpha_us"]))
for vector in vectors["trains"]:
    for portion in (1, 7, 10000):
        hear(vector["name"], vector["pulses"], portion)
for seed in range(5):
    hear("noise", noise(seed, 2000), 50)
refuse("from_trits", "F1F")
refuse("from_hex", "xyz")
refuse("from_ev1527", 1 << 20, 0)
