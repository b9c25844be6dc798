"""The receiver of the virtual ward as a process of its own."""

from wardbell_firmware.receiver.app import ReceiverApp
from wardbell_firmware.run import run
from wardbell_simulator.board_side.boards import VirtualReceiver
from wardbell_simulator.board_side.pipe import connect, read_message

board = VirtualReceiver(read_message())
connect(board)
run(ReceiverApp(board), board)
