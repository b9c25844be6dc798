"""What a Pico runs as a bed node."""

import sys

from wardbell_firmware.boards.start import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.bedside.app import BedsideApp
    from wardbell_firmware.boards.rp2040.bedside import PicoBedside


def make(settings: "dict[str, object]") -> "tuple[BedsideApp, PicoBedside]":
    """The board and its app, loaded when they are wanted: a board without settings starts at once."""
    from wardbell_firmware.bedside.app import BedsideApp
    from wardbell_firmware.boards.rp2040.bedside import PicoBedside

    board = PicoBedside(settings)
    app = BedsideApp(board)
    if app.trouble:
        sys.stdout.write("%s\n" % app.trouble)
    return app, board


start("bedside", ("pico", "pico_w"), make)
