"""What a Pico runs as a receiver."""

from wardbell_firmware.boards.start import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.rp2040.receiver import PicoReceiver
    from wardbell_firmware.receiver.app import ReceiverApp


def make(settings: "dict[str, object]") -> "tuple[ReceiverApp, PicoReceiver]":
    """The board and its app, loaded when they are wanted: a board without settings starts at once."""
    from wardbell_firmware.boards.rp2040.receiver import PicoReceiver
    from wardbell_firmware.receiver.app import ReceiverApp

    board = PicoReceiver(settings)
    return ReceiverApp(board), board


start("receiver", ("pico", "pico_w"), make)
