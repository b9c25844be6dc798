"""How a board starts: its settings, two seconds in which Ctrl-C stays at the REPL, then its app for ever."""

import gc
import io
import select
import sys
import time

import machine
import micropython

from wardbell_firmware.boards.store import FlashStore
from wardbell_firmware.interruption import Interruption
from wardbell_firmware.run import run
from wardbell_firmware.startup import (
    CRASH_FILE,
    SETTINGS_FILE,
    crash_file,
    has_host_on_usb,
    in_place_of_spoilt,
    read_settings,
    text_of,
)
from wardbell_firmware.version import VERSION
from wardbell_protocol.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from wardbell_firmware.boards.contract import BedsideBoard, ReceiverBoard
    from wardbell_firmware.run import App

INTERRUPTIBLE_MS = 2000
LOOK_EACH_MS = 20

_CTRL_C = 3
_NONE = -1


def start(
    role: str,
    boards: "tuple[str, ...]",
    make: "Callable[[dict[str, object]], tuple[App, BedsideBoard | ReceiverBoard]]",
) -> None:
    """Run what `make` makes of the settings. Returns, to the REPL, where there are none of this board or somebody asks in time.

    Whatever ends the app makes the chip start anew: Ctrl-C, where it is heard, and an error, which is left in crash.txt.
    """
    # Modules loaded from files leave holes in the heap, unless what their loading needed is collected between.
    gc.threshold(4096)
    sys.stdout.write("Wardbell %s %s\n" % (role, VERSION))
    text = text_of(FlashStore().load(SETTINGS_FILE))
    settings = in_place_of_spoilt(text, role, boards)
    try:
        settings = read_settings(text, role, boards)
    except ConfigError as error:
        sys.stdout.write("%s\n" % error)
        if settings is None:
            return
    micropython.kbd_intr(_NONE)  # in what the host sends it is a byte like others
    if _is_asked_for_repl():
        micropython.kbd_intr(_CTRL_C)
        sys.stdout.write("stays at the REPL; machine.reset() starts the %s\n" % role)
        return
    _run(settings, make)


def _run(
    settings: "dict[str, object]", make: "Callable[[dict[str, object]], tuple[App, BedsideBoard | ReceiverBoard]]"
) -> None:
    if not has_host_on_usb(settings):
        micropython.kbd_intr(_CTRL_C)
    try:
        app, board = make(settings)
        run(app, board)
    except KeyboardInterrupt:
        pass  # at the REPL its watchdog would bite in 8 s; after a reset there is none
    except BaseException as error:
        _leave(error)
    machine.reset()


def _is_asked_for_repl() -> bool:
    sys.stdout.write("Ctrl-C within %d s stays at the REPL\n" % (INTERRUPTIBLE_MS // 1000))
    interruption = Interruption()
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    began = time.ticks_ms()
    while True:
        passed_ms = time.ticks_diff(time.ticks_ms(), began)
        if passed_ms >= INTERRUPTIBLE_MS:
            return False
        while poll.poll(0):
            if interruption.receive(sys.stdin.buffer.read(1)[0], passed_ms):
                return True
        time.sleep_ms(LOOK_EACH_MS)


def _leave(error: BaseException) -> None:
    """Keep the traceback, as far as a chip that may be out of memory or flash still can."""
    try:
        gc.collect()
        said = io.StringIO()
        sys.print_exception(error, said)  # pyright: ignore[reportArgumentType]  the stubs know files only
        store = FlashStore()
        before = text_of(store.load(CRASH_FILE))
        text = crash_file(before, said.getvalue())  # pyright: ignore[reportAttributeAccessIssue]
        if text is not None:
            store.save(CRASH_FILE, text.encode())
    except (OSError, MemoryError):
        pass  # the restart matters more
