"""What a board with the bedside's image runs when it starts."""

import wardbell_firmware.boards.rp2040.main_bedside  # noqa: F401
