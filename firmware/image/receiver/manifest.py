"""The receiver's image: MicroPython with the app in it, started by main.py."""

import sys

include("../manifest.py")  # noqa: F821  a manifest is run with these names, in its own folder
module("main.py")  # noqa: F821
sys.path.insert(0, "..")
from role_files import role_files  # noqa: E402

for root, file in role_files("receiver"):
    module(str(file), str(root))  # noqa: F821
