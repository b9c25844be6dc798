"""What an ESP32-C3 runs as a bed node."""

import sys

from wardbell_firmware.boards.start import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.bedside.app import BedsideApp
    from wardbell_firmware.boards.esp32c3.bedside import C3Bedside


def make(settings: "dict[str, object]") -> "tuple[BedsideApp, C3Bedside]":
    """The board and its app, loaded when they are wanted: a board without settings starts at once."""
    from wardbell_firmware.bedside.app import BedsideApp
    from wardbell_firmware.boards.esp32c3.bedside import C3Bedside

    board = C3Bedside(settings)
    app = BedsideApp(board)
    if app.trouble:
        sys.stdout.write("%s\n" % app.trouble)
    return app, board


start("bedside", ("esp32c3",), make)
