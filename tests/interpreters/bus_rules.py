"""Topics, sequence numbers and the survey's margins. Arguments: folders of the protocol and the firmware."""

import sys

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[2])

from wardbell_firmware.receiver.survey import SHOWN_MS, Survey
from wardbell_protocol.air.margin import margin
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.sequence import LATE_MS, EventSequence
from wardbell_protocol.calls.station import Station
from wardbell_protocol.errors import WardbellError

for build in (topics.event, topics.command, topics.snapshot_request, topics.ward, topics.hearing, topics.reception):
    address = topics.parse(build("site/ward"))
    print(build("site/ward"), address is not None and (address.scope, address.channel, address.last))
for topic in (topics.health("site/ward", "ear"), topics.reply("site/ward", "a1"), "somebody/else/s", ""):
    address = topics.parse(topic)
    print(topic, address is not None and (address.scope, address.channel, address.last))
for name in ("a", "A B", "a/b", "+", ""):
    try:
        print(topics.check_name(name))
    except WardbellError as error:
        print("refused", error)

sequence = EventSequence()
for epoch, seq in (("a", 3), ("a", 4), ("b", 1)):
    print(sequence.receive(epoch, seq), sequence.must_ask(0))
for seq in (4, 5, 5, 7, 8):
    print(sequence.receive_snapshot("b", seq) if seq in (4, 8) else sequence.receive("b", seq), sequence.must_ask(100))
sequence.announced("b", 9, 1000)
print(sequence.must_ask(1000), sequence.must_ask(1000 + LATE_MS))
sequence.lost()
print(sequence.in_gap, sequence.seq)

print([margin(quality, is_frame) for quality in (0, 57, 58, 70, 85, 90, 100) for is_frame in (True, False)])
survey = Survey()
survey.toggle(0)
for at_ms, quality in ((100, 100), (200, 60), (300, 20)):
    survey.heard(Station("s1", "203", "2"), True, 2, quality, at_ms)
    print(survey.page("x2", "9s"), survey.next_deadline_ms())
survey.poll(300 + SHOWN_MS)
print(survey.has_page)
