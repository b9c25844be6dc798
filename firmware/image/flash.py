"""Install a role on a board that runs stock MicroPython, 1.25 or later (an ESP32-C3: 1.27), over USB, with mpremote's mip.

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

# By role a part of what its board says of itself, what to plug in, and the oldest MicroPython that serves: on an ESP32-C3 no key
# ends a sleep before 1.27.
BOARDS = {
    "bedside": ("RP2040", "a Raspberry Pi Pico", (1, 25)),
    "receiver": ("RP2040", "a Raspberry Pi Pico", (1, 25)),
    "bedside-c3": ("ESP32C3", "an ESP32-C3", (1, 27)),
}
FEW_STATIONS = (
    "A receiver whose code lies in files has room for a few stations only. For a ward: make firmware, hold BOOTSEL while you plug"
    " the Pico in, and copy build/image/receiver.uf2 onto the drive that appears."
)
MPY = 6, 3  # what mpy-cross writes; with machine code in it, nothing else is read

_LOOK = (
    "(lambda sys, it: [getattr(it, '_machine', sys.platform), [it._mpy & 0xFF, it._mpy >> 8 & 3], list(it.version[:2])])"
    "(__import__('sys'), __import__('sys').implementation)"
)
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
    with BoardRepl.connect(port, WAIT_S, tell) as repl:
        machine, mpy, version = repl.ask(_LOOK)
        unfit = misfit(role, machine, tuple(mpy), tuple(version))
        if unfit:
            raise BoardError(f"{port}: {unfit}")
        repl.run(_CLEAR)


def misfit(role: str, machine: str, mpy: tuple[int, ...], version: tuple[int, ...]) -> str:
    """Why a board that says this of itself cannot have the role, and the remedy; empty where it can."""
    wanted, name, least = BOARDS[role]
    said, asked = (".".join(str(number) for number in of) for of in (version, least))
    if wanted not in machine:
        return f"this is a {machine}; a {role} runs on {name}. Plug in the right board"
    if version < least:
        return f"its MicroPython is {said}; put {asked} or later on it"
    if mpy != MPY:
        read, ours = (".".join(str(number) for number in of) for of in (mpy, MPY))
        return f"its MicroPython {said} reads no code of ours (.mpy {read}, ours is {ours}); put {asked} on it"
    return ""


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
