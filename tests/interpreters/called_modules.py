"""Run a script of this folder under CPython, and say as the last line which modules of ours it has called functions of.

Arguments: the script, then its own. A module whose code is only loaded is not named; nor is one that has only methods that
Python writes for classes.
"""

import json
import runpy
import sys
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]

called: set[str] = set()


def note(frame: FrameType, event: str, argument: object) -> None:
    """A function is entered or left."""
    code = frame.f_code
    if event == "call" and code.co_name != "<module>":
        called.add(code.co_filename)


script = sys.argv[1]
sys.argv = sys.argv[1:]
sys.setprofile(note)
runpy.run_path(script, run_name="__main__")
sys.setprofile(None)
print(json.dumps(sorted(name for name in called if name.startswith(str(ROOT)))))
