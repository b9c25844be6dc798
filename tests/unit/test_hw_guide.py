"""What the installer's guide tells people to type is there to be typed."""

import re
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from wardbell_hw.documents import ROOT

GUIDES = ("GUIDE.md", "GUIDE.zh_CN.md")
MAKEFILE = (ROOT.parent / "Makefile").read_text()


def commands(page: Path) -> list[str]:
    """Every command of a page: in fenced blocks, joined where a line goes on, and in back-ticks."""
    text = page.read_text()
    fenced = "".join(re.findall(r"```\n(.*?)```", text, re.DOTALL)).replace("\\\n", " ").splitlines()
    quoted = re.findall(r"`((?:wardbell|make) [^`\n]*)`", text)
    return [
        line.partition("  #")[0].partition(" > ")[0]
        for line in fenced + quoted
        if line.startswith(("wardbell ", "make "))
    ]


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_names_commands_and_options_that_exist(guide: str, capsys: pytest.CaptureFixture[str]) -> None:
    typed = commands(ROOT / guide)
    assert len(typed) > 12
    for command in typed:
        program, name, *rest = shlex.split(command)
        if program == "make":
            assert re.search(rf"^{name}:", MAKEFILE, re.MULTILINE), command
            continue
        (point,) = entry_points(group="wardbell.commands", name=name)
        with pytest.raises(SystemExit):
            point.load()(["--help"])
        told = capsys.readouterr().out
        for option in (word for word in rest if word.startswith("--")):
            assert option in told, command


def test_both_guides_tell_the_same_commands() -> None:
    english, chinese = (
        [re.sub(r"NAME|姓名|--lang zh_CN|zh_CN", "", line).split() for line in commands(ROOT / guide)]
        for guide in GUIDES
    )
    assert english == chinese
