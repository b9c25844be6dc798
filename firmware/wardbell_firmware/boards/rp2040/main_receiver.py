"""What a Pico runs as a receiver."""

import gc
import sys

from wardbell_firmware.boards.start import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.rp2040.receiver import PicoReceiver
    from wardbell_firmware.receiver.app import ReceiverApp

# While it reads its table: seldom enough that 200 stations take 3 s, often enough that they leave the heap in one piece.
COLLECT_EVERY_BYTES = 16384


def make(settings: "dict[str, object]") -> "tuple[ReceiverApp, PicoReceiver]":
    """The board and its app, loaded when they are wanted: a board without settings starts at once."""
    from wardbell_firmware.boards.rp2040.receiver import PicoReceiver
    from wardbell_firmware.receiver.app import ReceiverApp

    gc.threshold(COLLECT_EVERY_BYTES)
    board = PicoReceiver(settings)
    app = ReceiverApp(board)
    if app.trouble:
        sys.stdout.write("%s\n" % app.trouble)
    return app, board


start("receiver", ("pico", "pico_w"), make)
