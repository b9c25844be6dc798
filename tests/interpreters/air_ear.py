"""Whether somebody sends frames, and whether the air can carry a word, over drawn air. Argument: folder of the protocol."""

import sys

sys.path.insert(0, sys.argv[1])

from wardbell_protocol.air.air_watch import AirWatch
from wardbell_protocol.air.carrier import CarrierSense
from wardbell_protocol.air.portion import Portion

sense = CarrierSense()
watch = AirWatch((5000, 2000))
state = 1
end_us = 0
for portion in range(400):
    pulses = []
    for number in range(portion % 7 * 40):
        state = state * 1103515245 + 12345 & 0x3FFFFFFF
        drawn = state >> 12
        # Noise, then what looks like a frame, then next to nothing.
        us = 30 + drawn % 500 if portion < 150 else 140 + drawn % 160 if portion < 250 else 20000 + drawn
        pulses.append(us if number % 2 else -us)
        end_us += us
    sense.receive(Portion.of(pulses, end_us))
    watch.receive(Portion.of(pulses, end_us))
    changed = watch.poll(end_us, 0)
    print(
        portion,
        end_us - sense.last_us if sense.last_us > 0 else None,
        watch.edges,
        watch.percent,
        watch.normal,
        changed,
    )
