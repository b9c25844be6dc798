"""Install a role on a board that runs stock MicroPython 1.25 or later, over USB, with mpremote's mip.

    make flash ROLE=bedside PORT=/dev/ttyACM0

The board keeps its settings. What runs on it is stopped; one that was given Wardbell already may have to be plugged in anew.
"""

import argparse
import subprocess
import sys

import mip_package
from role_files import MAINS

from wardbell_firmware.version import VERSION
from wardbell_gateway.provision.board_repl import BoardError, BoardRepl, find_port

WAIT_S = 20.0
EXIT_UNAVAILABLE = 69

# By role a part of what its board says of itself, and what to plug in.
BOARDS = {
    "bedside": ("RP2040", "a Raspberry Pi Pico"),
    "receiver": ("RP2040", "a Raspberry Pi Pico"),
    "bedside-c3": ("ESP32C3", "an ESP32-C3"),
}
FEW_STATIONS = (
    "A receiver whose code lies in files has room for a few stations only. For a ward: make firmware, hold BOOTSEL while you plug"
    " the Pico in, and copy build/image/receiver.uf2 onto the drive that appears."
)
LEAST_MPY = 6  # what mpy-cross writes; MicroPython 1.25 reads it

_LOOK = "(lambda sys: [getattr(sys.implementation, '_machine', sys.platform), sys.implementation._mpy & 0xFF])(__import__('sys'))"
# An installation that is cut short must start nothing at the next power-up. main.py comes last, and goes first.
_CLEAR = """
import os
def clear(path):
    try:
        if os.stat(path)[0] & 0x4000:
            for name in os.listdir(path):
                clear(path + "/" + name)
            os.rmdir(path)
        else:
            os.remove(path)
    except OSError:
        pass
for path in ("main.py", "wardbell_firmware", "wardbell_protocol"):
    clear(path)
"""


def prepare(port: str, role: str) -> None:
    """Stop what runs on the board, see that it is the right one, and take an older Wardbell off it.

    Raises:
        BoardError: it is not; nothing was changed.
    """
    wanted, name = BOARDS[role]
    with BoardRepl.connect(port, WAIT_S, tell) as repl:
        machine, mpy = repl.ask(_LOOK)
        if wanted not in machine:
            raise BoardError(f"{port}: this is a {machine}; a {role} runs on {name}. Plug in the right board")
        if mpy != LEAST_MPY:
            raise BoardError(
                f"{port}: its MicroPython is too old or too new for our code (mpy {mpy}); put 1.25 or later on it"
            )
        repl.run(_CLEAR)


def mpremote(port: str, *command: str) -> None:
    """Run one command of mpremote, without the soft reset that would start what is half installed.

    Raises:
        BoardError: it failed; it has said why.
    """
    run = subprocess.run([sys.executable, "-m", "mpremote", "connect", port, "resume", *command], check=False)
    if run.returncode:
        raise BoardError(f"{port}: the installation was cut short; give the same command again")


def tell(text: str) -> None:
    """Say what is going on."""
    print(text, flush=True)


def main(argv: list[str]) -> int:
    """Build, check, install, start."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("role", choices=sorted(MAINS), metavar="ROLE", help=", ".join(sorted(MAINS)))
    parser.add_argument("--port", default="", help="serial port of the board; default: the one that is plugged in")
    options = parser.parse_args(argv)
    if options.role == "receiver":
        tell(FEW_STATIONS)
    try:
        port = options.port or find_port()
        packed = mip_package.build(options.role)
        prepare(port, options.role)
        mpremote(port, "mip", "install", "--target=", str(packed))
        mpremote(port, "reset")
    except (BoardError, ValueError, FileNotFoundError) as error:
        print(f"flash: {error}", file=sys.stderr)
        return EXIT_UNAVAILABLE
    tell(f"{port}: Wardbell {VERSION} {options.role} is on it; `wardbell provision` gives it its settings")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
