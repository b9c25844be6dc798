"""How a board reads its settings, keeps a crash and hears a Ctrl-C. Arguments: folders of the protocol and the firmware."""

import sys

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[2])

from wardbell_firmware.interruption import QUIET_MS, Interruption
from wardbell_firmware.startup import (
    CRASH_LENGTH,
    crash_file,
    has_host_on_usb,
    in_place_of_spoilt,
    read_settings,
    text_of,
)
from wardbell_protocol.errors import ConfigError

BOARDS = ("pico", "pico_w")
TEXTS = (
    None,
    "",
    '{"role": "bedside"',
    "[]",
    '{"role": "receiver", "board": "pico"}',
    '{"role": "bedside", "board": "esp32c3"}',
    '{"role": "bedside", "board": "pico", "node_id": 7}',
)


def settings(text: "str | None") -> str:
    try:
        found = read_settings(text, "bedside", BOARDS)
    except ConfigError as error:
        return f"refused: {error}"
    return str([found[name] for name in sorted(found)])


def asks(*said: "tuple[int, bytes]") -> "int | None":
    """When somebody who says this asks for the REPL."""
    interruption = Interruption()
    for at_ms, data in said:
        for byte in data:
            if interruption.receive(byte, at_ms):
                return at_ms
    return None


for text in TEXTS:
    print("settings", settings(text))

rotten = [in_place_of_spoilt(text, "bedside", BOARDS) for text in TEXTS]
print("goes on", [found is not None and found["board"] for found in rotten])

for data in (None, b"", b"{}", b"\xff\xff\xff", b'{"role": "bedside"\xe5'):
    print("text", repr(text_of(data)))
print("spoilt", settings(text_of(b"\xff")), crash_file(text_of(b"\xff"), "one"))

RECEIVER: "dict[str, object]" = {"role": "receiver"}
alone, wired, node = dict(RECEIVER), dict(RECEIVER), dict(RECEIVER)
alone["host"] = wired["host_on_usb"] = False
node["role"] = "bedside"
print("host on USB", [has_host_on_usb(found) for found in (RECEIVER, alone, wired, node)])

FRAME = b"~\x01\x03\r\x03\x00~"
print("a person", asks((500, b"\x03")))
print("mpremote", asks((0, b"\r\x03")))
print("frames", asks((0, FRAME), (400, FRAME + FRAME), (900, FRAME[:3]), (900 + QUIET_MS - 1, FRAME[3:])))
print("after frames", asks((0, FRAME), (QUIET_MS, b"\r\r\x03")))
print("amid a text", asks((0, b"x"), (QUIET_MS - 1, b"\x03")))

print("first crash", crash_file(None, "one"))
print("another", crash_file("one", "two"))
print("the same", crash_file("two\none", "two"))
full = crash_file("old " * CRASH_LENGTH, "new")
print("bounded", full is not None and (len(full), full[:7]))
print("a long one", len(crash_file(None, "x" * 2 * CRASH_LENGTH) or ""))
