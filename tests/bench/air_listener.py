"""The device's own code in MicroPython: durations in, the codes that press receivers start in hex out, a line each time.

In: `<BI` 1 if they go on where the last ones ended (else a receiver has just been switched on), and how many; then `<I`
each, as a Portion keeps them.
"""

import struct
import sys

sys.path.insert(0, sys.argv[1])

from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressReceiver, PressStarted

CAPACITY = 1 << 18

receiver = PressReceiver()
portion = Portion(CAPACITY)
buffer = memoryview(portion.durations)
now_us = 0
while True:
    head = sys.stdin.buffer.read(5)
    if not head:
        break
    goes_on, portion.n = struct.unpack("<BI", head)
    sys.stdin.buffer.readinto(buffer[: portion.n])  # type: ignore[union-attr]
    if not goes_on:
        receiver = PressReceiver()
        now_us = 0
    for at in range(portion.n):
        now_us += portion.durations[at] >> 1
    portion.end_us = now_us
    events = receiver.receive(portion)
    print(" ".join([f"{event.press.code:06X}" for event in events if isinstance(event, PressStarted)]))
