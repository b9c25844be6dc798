"""The pinned requirements are what `make lock` makes of pyproject.toml: complete, in range, hashed."""

import re
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^([a-z0-9-]+)==([^ ;]+).*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)
FILES = {
    "runtime.txt": [],
    "dev.txt": ["dev", "bootstrap"],
    "bootstrap.txt": ["bootstrap"],
    "micropython.txt": ["micropython"],
    "stubs.txt": ["stubs"],
    "stubs-c3.txt": ["stubs-c3"],
}


def pins(text: str) -> dict[str, list[str]]:
    """Return the pinned versions of each project; more than one where the Python version decides."""
    found: dict[str, list[str]] = {}
    for name, version, _ in PIN.findall(text):
        found.setdefault(name, []).append(version)
    return found


def wanted(project: dict[str, Any], file: str) -> list[Requirement]:
    """Return what pyproject.toml asks for in one requirements file."""
    texts = list(project["project"]["dependencies"]) if file in ("runtime.txt", "dev.txt") else []
    for group in FILES[file]:
        texts += [text for text in project["dependency-groups"][group] if isinstance(text, str)]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("file", sorted(FILES))
def test_requirements_match_the_project(root: Path, project: dict[str, Any], file: str) -> None:
    text = (root / "requirements" / file).read_text()
    pinned = pins(text)
    assert len(re.findall(r"^\S", text, re.MULTILINE)) == sum(map(len, pinned.values()))  # nothing but hashed pins
    for requirement in wanted(project, file):
        versions = pinned.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not pinned; run `make lock`"
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement}: run `make lock`"


def test_tests_run_what_a_ward_runs(root: Path) -> None:
    runtime, dev = (pins((root / "requirements" / file).read_text()) for file in ("runtime.txt", "dev.txt"))
    assert runtime == {name: dev.get(name) for name in runtime}
