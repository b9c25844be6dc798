"""What a board with the receiver's image runs when it starts."""

import wardbell_firmware.boards.rp2040.main_receiver  # noqa: F401
