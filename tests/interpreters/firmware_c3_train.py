"""A burst as the ESP32's RMT takes it. Arguments: folders of the protocol and the firmware."""

import sys

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[2])

from wardbell_firmware.boards.esp32c3.train import LONGEST_US, write_items
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.waveform import burst


def played(ticks: "list[int]", levels: "list[bool]") -> "list[int]":
    """What goes over the air: + carrier on, - off, neighbours of one level together."""
    pulses: list[int] = []
    for us, level in zip(ticks, levels):  # noqa: B905  MicroPython
        if pulses and (pulses[-1] > 0) == level:
            pulses[-1] += us if level else -us
        else:
            pulses.append(us if level else -us)
    return pulses


print(write_items([350, 1050], 1000))
print(write_items([], 0), write_items([0, 5], 0))
print(write_items([LONGEST_US, 2 * LONGEST_US + 1], 1000))
word = CodeWord.from_parts("0F1F01F0", "0001")
for train in (burst(word, 87.5, 8), burst(word, 250, 4), frame_durations(seal(Frame(7, 1, 1, 9), bytes(16)))):
    ticks, levels = write_items(train, 1000)
    expected = [-1000] + [us if at % 2 == 0 else -us for at, us in enumerate(train)]
    if expected[-1] < 0:
        expected[-1] -= 1  # what ends the train is a space, too
    else:
        expected.append(-1)
    print(len(train), len(ticks), max(ticks) <= LONGEST_US, min(ticks) > 0, played(ticks, levels) == expected)
