"""The link's vectors and a bad wire. Arguments: folder of the protocol, folder of the tests."""

import json
import sys

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[2])

from link_pair import LinkPair

from wardbell_protocol.errors import EncodeError
from wardbell_protocol.link.frame import FrameReader, crc16, encode_frame
from wardbell_protocol.link.messages import check_message

with open(sys.argv[1] + "/vectors/link.json") as file:  # noqa: PTH123 (the device has no pathlib)
    vectors = json.load(file)
for vector in vectors["crc"]:
    print(vector["text"], crc16(vector["text"].encode()) == vector["crc"])
for vector in vectors["frames"]:
    frame = encode_frame(vector["kind"], vector["epoch"], bytes.fromhex(vector["body"]))
    read = FrameReader().receive(frame)
    print(
        vector["name"],
        frame.hex() == vector["frame"],
        read == [(vector["kind"], vector["epoch"], bytes.fromhex(vector["body"]))],
    )
for vector in vectors["malformed"]:
    reader = FrameReader()
    n_frames = len(reader.receive(bytes.fromhex(vector["line"])))
    print(vector["name"], (n_frames, reader.rejects) == (vector["n_frames"], vector["rejects"]))
for vector in vectors["messages"]:
    complaint = ""
    try:
        check_message(vector["message"])
    except EncodeError as error:
        complaint = str(error)
    print(vector["name"], vector["complaint"] in complaint and bool(vector["complaint"]) == bool(complaint))
for seed in range(5):
    pair = LinkPair(seed, 20 * seed, 60 * seed)
    for n in range(40):
        pair.send("ab"[n % 2], n)
        pair.wait(37 * n % 400)
    pair.mend()
    pair.wait(20_000)
    print(seed, pair.got == {"a": pair.sent["b"], "b": pair.sent["a"]}, pair.peers["a"].unacknowledged)
