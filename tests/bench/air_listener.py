"""The device's own code in MicroPython: a line of durations in, the codes that press receivers start in hex out.

A line that begins with `+` goes on where the last one ended; any other one is a receiver just switched on.
"""

import sys

sys.path.insert(0, sys.argv[1])

from wardbell_protocol.air.presses import PressReceiver, PressStarted

receiver = PressReceiver()
now_us = 0
while True:
    line = sys.stdin.readline()
    if not line:
        break
    if line[0] == "+":
        pulses = [int(text) for text in line[1:].split()]
    else:
        pulses = [int(text) for text in line.split()]
        receiver = PressReceiver()
        now_us = 0
    now_us += sum([abs(pulse) for pulse in pulses])
    events = receiver.receive(pulses, now_us)
    print(" ".join([f"{event.press.code:06X}" for event in events if isinstance(event, PressStarted)]))
