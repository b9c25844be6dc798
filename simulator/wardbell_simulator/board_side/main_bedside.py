"""A bed node of the virtual ward as a process of its own."""

from wardbell_firmware.bedside.app import BedsideApp
from wardbell_firmware.run import run
from wardbell_simulator.board_side.boards import VirtualBedside
from wardbell_simulator.board_side.pipe import connect, read_message

board = VirtualBedside(read_message())
connect(board)
run(BedsideApp(board), board)
