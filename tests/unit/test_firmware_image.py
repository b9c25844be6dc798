"""What goes into an image, and which version it says it is."""

import shutil
import subprocess
from pathlib import Path

import flash
import mip_package
import pytest
import role_files

from wardbell_firmware.version import VERSION
from wardbell_gateway.provision.board_repl import BoardError

ROOT = Path(__file__).resolve().parents[2]


def names(role: str) -> set[str]:
    return {str(file) for _, file in role_files.role_files(role)}


def test_the_version_is_the_projects() -> None:
    assert f'\nversion = "{VERSION}"\n' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("role", "app", "other"), [("bedside", "bedside", "receiver"), ("receiver", "receiver", "bedside")]
)
def test_an_image_holds_its_app_and_not_the_other(role: str, app: str, other: str) -> None:
    found = names(role)
    assert {f"wardbell_firmware/{app}/app.py", "wardbell_firmware/run.py", "wardbell_protocol/air/frame.py"} <= found
    assert not {name for name in found if name.startswith(f"wardbell_firmware/{other}/app")}
    assert "wardbell_firmware/boards/contract.py" not in found


def test_what_only_type_checkers_read_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "wardbell_x"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "deep" / "__init__.py").write_text("")
    (package / "main.py").write_text(
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import wardbell_x.types\n\n"
        "def f():\n    from wardbell_x.deep import part\n"
    )
    (package / "types.py").write_text("")
    (package / "deep" / "part.py").write_text("import machine, wardbell_x.deep.last\n")
    (package / "deep" / "last.py").write_text("")
    monkeypatch.setattr(role_files, "ROOTS", (tmp_path,))
    monkeypatch.setitem(role_files.MAINS, "x", "wardbell_x.main")
    found = [str(file.relative_to("wardbell_x")) for _, file in role_files.role_files("x")]
    assert found == ["__init__.py", "deep/__init__.py", "deep/last.py", "deep/part.py", "main.py"]
    (package / "deep" / "last.py").unlink()
    with pytest.raises(FileNotFoundError, match=r"wardbell_x\.deep\.last"):
        role_files.role_files("x")


# What MicroPython's build of the RP2040 has that ours takes hold of, with a project within it as the Pico SDK is.
TREE = """
cmake_minimum_required(VERSION 3.19)
project(firmware NONE)
add_subdirectory(sdk)
add_custom_target(BUILD_FROZEN_CONTENT ALL
  COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_SOURCE_DIR}/frozen_content.c ${CMAKE_BINARY_DIR}/frozen_content.c)
add_custom_target(image ALL COMMAND picotool ${CMAKE_BINARY_DIR}/made)
"""


@pytest.mark.skipif(shutil.which("cmake") is None, reason="cmake is not installed; firmware/image/build installs it")
def test_a_given_tree_gets_picotool_and_aligned_machine_code_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "sdk").mkdir()
    (tmp_path / "sdk" / "CMakeLists.txt").write_text("project(pico_sdk NONE)\n")
    (tmp_path / "CMakeLists.txt").write_text(TREE)
    frozen = "static const byte fun_data_x[4] __attribute__ ((aligned (2))) = {0};\n"
    (tmp_path / "frozen_content.c").write_text(frozen)
    picotool = tmp_path / "picotool"
    picotool.write_text('#!/bin/sh\ntouch "$1"\n')
    picotool.chmod(0o755)
    options = [f"-DCMAKE_PROJECT_INCLUDE={ROOT}/firmware/image/tools.cmake", f"-DWARDBELL_TOOLS={picotool};/no/pioasm"]
    out = tmp_path / "out"
    subprocess.run(["cmake", "-S", tmp_path, "-B", out, *options], check=True, capture_output=True)
    subprocess.run(["cmake", "--build", out], check=True, capture_output=True)
    assert (out / "made").exists()
    assert (out / "frozen_content.c").read_text() == frozen.replace("(2)", "(4)")
    assert (tmp_path / "frozen_content.c").read_text() == frozen


def test_whoever_flashes_a_receiver_from_files_is_told_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing_there() -> str:
        raise BoardError("no board is plugged in")

    monkeypatch.setattr(flash, "find_port", nothing_there)
    assert [flash.main([role]) for role in ("receiver", "bedside")] == [flash.EXIT_UNAVAILABLE] * 2
    assert capsys.readouterr().out == flash.FEW_STATIONS + "\n"


@pytest.mark.parametrize(
    ("role", "machine", "mpy", "version", "said"),
    [
        ("bedside", "Raspberry Pi Pico with RP2040", (6, 3), (1, 25), ""),
        (
            "bedside",
            "Raspberry Pi Pico with RP2040",
            (6, 2),
            (1, 22),
            "its MicroPython is 1.22; put 1.25 or later on it",
        ),
        ("bedside", "Raspberry Pi Pico with RP2040", (7, 0), (2, 0), "reads no code of ours"),
        ("bedside", "ESP32C3 module with ESP32C3", (6, 3), (1, 27), "Plug in the right board"),
        ("bedside-c3", "ESP32C3 module with ESP32C3", (6, 3), (1, 27), ""),
        ("bedside-c3", "ESP32C3 module with ESP32C3", (6, 3), (1, 26), "put 1.27 or later on it"),
    ],
)
def test_a_board_that_could_not_run_it_is_refused_before_it_is_touched(
    role: str, machine: str, mpy: tuple[int, int], version: tuple[int, int], said: str
) -> None:
    refused = flash.misfit(role, machine, mpy, version)
    assert said in refused if said else not refused


@pytest.mark.parametrize("role", flash.BOARDS)
def test_what_is_compiled_is_what_a_board_is_asked_for(role: str, tmp_path: Path) -> None:
    source, target = Path("wardbell_protocol/air/word_loops.py"), tmp_path / "code.mpy"
    mip_package.compile_file(ROOT / "protocol" / source, source, target, mip_package.ARCHITECTURES[role])
    code = target.read_bytes()
    assert code[2] >> 2, "it has machine code in it"
    assert (code[1], code[2] & 3) == flash.MPY
