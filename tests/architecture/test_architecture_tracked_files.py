"""What is committed names no machine's folders and no package registry's hosts."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

# Written in pieces so that this file passes its own test.
FOLDERS = ("work", "tmp", "root", "home/[a-z]+", "Users", "opt/pypi")
HOSTS = ("pypi[.]org", "pythonhosted[.]org", "registry[.]npmjs", "deb[.]debian", "proxy[.]golang")
ELSEWHERE = re.compile(rf"(?<![\w.~}}/])/(?:{'|'.join(FOLDERS)})/|{'|'.join(HOSTS)}")


def tracked_texts(root: Path) -> dict[str, str]:
    """Return every tracked text file's content by its path; recordings and pictures are not text."""
    git = shutil.which("git")
    assert git
    command = [git, "-c", f"safe.directory={root}", "ls-files", "-z"]  # whoever owns the clone
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    texts = {}
    for name in filter(None, listed.stdout.split("\0")):
        try:
            texts[name] = (root / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return texts


def test_no_tracked_file_names_a_machine_or_a_registry(root: Path) -> None:
    texts = tracked_texts(root)
    assert "pyproject.toml" in texts
    found = {name: sorted(set(ELSEWHERE.findall(text))) for name, text in texts.items()}
    assert {name: places for name, places in found.items() if places} == {}


@pytest.mark.parametrize(
    "text", ["see /" + "work/x", "'/" + "tmp/log'", "https://pypi" + ".org/simple", "/" + "home/ann/x"]
)
def test_a_machine_or_registry_would_be_found(text: str) -> None:
    assert ELSEWHERE.search(text)


@pytest.mark.parametrize("text", ["../shared/captures", "build/tmp/x", "tests/work/x", "$HOME/work/x"])
def test_a_relative_path_is_let_pass(text: str) -> None:
    assert not ELSEWHERE.search(text)
