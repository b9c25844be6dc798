"""What a station can say: the signals of the data trits, the kinds of call, and their order of urgency.

The words are the nurse-call trade's; the order is the one of protocol/spec/calls.md.
"""

NORMAL = "normal"
BATHROOM = "bathroom"
EMERGENCY = "emergency"
STAFF_ASSIST = "staff_assist"
CODE = "code"
FAULT = "fault"
PRESENCE = "presence"
RESET = "reset"
LOW_BATTERY = "low_battery"
HEARTBEAT = "heartbeat"
TEST = "test"
UNPLUGGED = "unplugged"
KEY_FAULT = "key_fault"
KEY_WELL = "key_well"

# Data trits D0..D3 of our own nodes. "1111" is what a PT2262 sends while its key opens (the release artefact seen on
# 79 of 96 real captures), and "0000" is what an unpressed one holds: neither may ever mean something.
SIGNAL_BY_DATA = {
    "0001": NORMAL,
    "0010": BATHROOM,
    "0011": EMERGENCY,
    "0100": STAFF_ASSIST,
    "0101": CODE,
    "0110": PRESENCE,
    "0111": RESET,
    "1000": FAULT,
    "1001": LOW_BATTERY,
    "1010": HEARTBEAT,
    "1011": TEST,
    "1100": UNPLUGGED,
    "1101": KEY_FAULT,
    "1110": KEY_WELL,
}
DATA_BY_SIGNAL = {signal: data for data, signal in SIGNAL_BY_DATA.items()}

# Higher is more urgent: code > emergency > bathroom > staff assist > normal > fault.
PRIORITY = {CODE: 60, EMERGENCY: 50, BATHROOM: 40, STAFF_ASSIST: 30, NORMAL: 20, FAULT: 10}
# Signals that place a call of another kind, with their own name as its detail.
NAMED_CALLS = {LOW_BATTERY: FAULT, KEY_FAULT: FAULT, UNPLUGGED: NORMAL}
# Of all signals that call somebody to the bed, and of faults.
URGENCY = dict(PRIORITY)
URGENCY[UNPLUGGED] = PRIORITY[NORMAL]
KINDS = tuple(sorted(PRIORITY, key=lambda kind: -PRIORITY[kind]))
SIGNALS = tuple(sorted(DATA_BY_SIGNAL))

# Where a clear may come from. A bed is the station itself: a reset or presence key, with a person standing there.
AT_BED = "bed"
AT_RECEIVER = "receiver"
AT_CONSOLE = "console"
BY_TEST = "test:"  # before the name of who walks a test round: by whom its calls are answered and cleared
BY_ITSELF = "self"  # a fault whose cause is gone
CLEAR_PLACES = (AT_BED, AT_RECEIVER, AT_CONSOLE)

# These clear only where they were placed (42 CFR 483.90, UFGS 16730A, JGJ 16: nobody may switch them off from afar).
ORIGIN_ONLY = (CODE, EMERGENCY, BATHROOM, STAFF_ASSIST)
