"""The self-test of a board: each of its parts by name, driven through the REPL by `wardbell provision`.

Nothing here decides whether a lamp was lit: a person at the other end of the cable does. What the board can know itself it
measures: keys, voltage, and whether its own ear hears its own transmitter. Works with any board of boards/contract.py.
"""

from wardbell_firmware.drivers.hd44780 import Hd44780
from wardbell_protocol.air.frame import FRAME_US, Frame, frame_durations, seal
from wardbell_protocol.air.frame_press import FrameStarted
from wardbell_protocol.air.frame_receiver import FrameReceiver
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL, TEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wardbell_firmware.boards.contract import (
        Battery,
        BedsideBoard,
        Buzzer,
        Clock,
        Key,
        Lamp,
        LcdPins,
        Mains,
        PulseSource,
        ReceiverBoard,
        Transmitter,
        Watchdog,
    )
    from wardbell_protocol.air.portion import Portion

LCD_LINES = ("Wardbell 0123456", "ABCDEFGHIJKLMNOP")

# Nobody has this node id (enrolment draws none of 0), so no receiver takes the frame for a station's.
TEST_NODE = 0
TEST_KEY = bytes(16)
TEST_COUNTER = 1

_LOOK_EVERY_US = 5000
_SETTLE_MS = 200  # of an ear's slicer, once it has its supply
_ECHO_MS = FRAME_US // 1000 + 120
_QUIET_MS = 500


def of_bedside(board: "BedsideBoard") -> "SelfTest":
    """The test of a bed node, just made."""
    test = SelfTest(board.clock, board.watchdog, board.keys, board.buzzer)
    test.lamps = {"lamp_red": board.lamp_red, "lamp_green": board.lamp_green}
    test.battery = board.battery
    test.sender = board.radio
    if board.receiver is not None:
        test.ear = board.receiver
        test.listen = board.receiver.listen
    return test


def of_receiver(board: "ReceiverBoard") -> "SelfTest":
    """The test of a receiver, just made."""
    test = SelfTest(board.clock, board.watchdog, board.keys, board.buzzer)
    test.lamps = {"status_red": board.status_red, "status_green": board.status_green, "relay": board.relay}
    test.lcd = board.lcd
    test.mains = board.mains
    test.sender = board.transmitter
    test.ear = board.radio
    return test


class SelfTest:
    """What a board has, and how to try it; what it has not is None or empty."""

    def __init__(self, clock: "Clock", watchdog: "Watchdog", keys: "Mapping[str, Key]", buzzer: "Buzzer") -> None:
        self.lamps: dict[str, Lamp] = {}
        self.lcd: LcdPins | None = None
        self.battery: Battery | None = None
        self.mains: Mains | None = None
        self.sender: Transmitter | None = None
        self.ear: PulseSource | None = None
        self.listen: Callable[[bool], None] = _always_on
        self._clock = clock
        self._watchdog = watchdog
        self._keys = keys
        self._buzzer = buzzer

    def parts(self) -> "dict[str, list[str]]":
        """Names of what it has and its wiring may have broken, by what is done with it."""
        return {"lamps": sorted(self.lamps), "keys": sorted(self._keys), "displays": ["lcd"] if self.lcd else []}

    def feed(self) -> None:
        """The watchdog must not bite while a person looks."""
        self._watchdog.feed()

    def lamp(self, name: str, is_on: bool) -> None:
        """Switch a lamp, or the relay."""
        self.feed()
        self.lamps[name].set(is_on)

    def tone(self, hz: int) -> None:
        """Sound; 0 = silent."""
        self.feed()
        self._buzzer.set(hz)

    def display(self) -> "tuple[str, str]":
        """Bring the display up with a pattern on both lines, and tell it."""
        self.feed()
        if self.lcd is not None:
            lcd = Hd44780(self.lcd, self._clock)
            try:
                lcd.start()
                lcd.show(LCD_LINES)
            except OSError:
                pass  # it does not answer: the person who looks says that it is dark
        return LCD_LINES

    def is_pressed(self, name: str, within_ms: int) -> bool:
        """Whether a key is pressed now, or is within that time; what was latched before counts not."""
        key = self._keys[name]
        key.is_pressed()
        until_ms = self._clock.now_ms() + within_ms
        while True:
            self._pause()
            if key.is_pressed():
                return True
            if self._clock.now_ms() >= until_ms:
                return False

    def battery_mv(self) -> "int | None":
        """The battery's voltage while the transmitter sends; None where the board does not measure it."""
        if self.battery is None or self.sender is None:
            return None
        self.sender.send(_test_frame())
        millivolts = self.battery.millivolts()
        while self.sender.is_sending():
            self._pause()
        return millivolts

    def is_on_mains(self) -> "bool | None":
        """Whether the mains supply is there; None for a node."""
        return None if self.mains is None else self.mains.is_present()

    def loop_back(self) -> "dict[str, int] | None":
        """Send one frame and listen: `copies` heard by our own ear (0 or 1) and their `quality`; None without both."""
        if self.sender is None or self.ear is None:
            return None
        listener = FrameReceiver({TEST_NODE: TEST_KEY})
        found = {"copies": 0, "quality": 0}

        def take(portion: "Portion") -> None:
            for event in listener.receive(portion):
                if isinstance(event, FrameStarted):
                    found["copies"], found["quality"] = event.press.copies, event.press.quality

        self.listen(True)
        self._read(self.ear, _SETTLE_MS, None)
        self.sender.send(_test_frame())
        self._read(self.ear, _ECHO_MS, take)
        self.listen(False)
        return found

    def edges_per_s(self) -> "int | None":
        """Edges that the ear gives while nobody here sends; None without an ear."""
        if self.ear is None:
            return None
        edges = [0]

        def take(portion: "Portion") -> None:
            edges[0] += portion.n

        self.listen(True)
        self._read(self.ear, _SETTLE_MS, None)
        self._read(self.ear, _QUIET_MS, take)
        self.listen(False)
        return edges[0] * 1000 // _QUIET_MS

    def _read(self, ear: "PulseSource", for_ms: int, take: "Callable[[Portion], None] | None") -> None:
        until_ms = self._clock.now_ms() + for_ms
        while self._clock.now_ms() < until_ms:
            self._pause()
            is_more = True
            while is_more:
                portion = ear.read()
                if take is not None:
                    take(portion)
                is_more = portion.is_full

    def _pause(self) -> None:
        self.feed()
        self._clock.sleep_us(_LOOK_EVERY_US)


def _always_on(is_on: bool) -> None:
    """Not every ear has a switch: a receiver's hears as long as it has power."""


def _test_frame() -> "list[int]":
    frame = Frame(TEST_NODE, TEST_COUNTER, int(DATA_BY_SIGNAL[TEST], 2))
    return frame_durations(seal(frame, TEST_KEY)) + [1000]
