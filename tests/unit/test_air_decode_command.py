import json
from pathlib import Path

import pytest
from radio_air import record

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst, signed
from wardbell_simulator.decode_command import main

WORD = CodeWord.from_trits("F1F00F1F0001")
PULSES = [-50_000, *signed(burst(WORD, 100)), -50_000]
PRESS = {
    "code": "741D03",
    "tri": "F1F00F1F0001",
    "words": 4,
    "t_us": 400,
    "start_us": 50_000,
    "end_us": 50_000 + (3 * 128 + 97) * 400,
}


def test_prints_one_line_a_train(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trains = tmp_path / "trains.jsonl"
    rows = [{"id": "a", "pulses": PULSES, "device": "x"}, {"id": "b", "pulses": PULSES[:51]}, {"pulses": []}]
    trains.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    assert main([str(trains)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {"id": "a", "presses": [PRESS], "rejects": {}},
        {"id": "b", "presses": [], "rejects": {"alone": 1}},
        {"id": "3", "presses": [], "rejects": {}},
    ]


@pytest.mark.parametrize(
    ("name", "train_id"), [("iq000_PT2262_433.92M_250k.cu8", "iq000"), ("door_bell.cu8", "door_bell")]
)
def test_names_an_iq_recording(name: str, train_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(tmp_path / name, PULSES)
    assert main([str(tmp_path / name)]) == 0
    line = json.loads(capsys.readouterr().out)
    assert line["id"] == train_id
    assert [press["code"] for press in line["presses"]] == [WORD.hex]


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.jsonl", '{"id": "a", "pulses": []}\n{"id": "b"', "a.jsonl: line 2: not JSON"),
        ("a.jsonl", "[" * 100_000, "a.jsonl: line 1: not JSON"),
        ("a.jsonl", "[1, 2]", "a.jsonl: line 1: not a JSON object"),
        ("a.jsonl", '{"id": "a"}', "a.jsonl: line 1, pulses: must be a list of whole numbers"),
        ("a.jsonl", '{"pulses": [1, 2.5]}', "a.jsonl: line 1, pulses: must be"),
        ("a.jsonl", '{"pulses": [true]}', "a.jsonl: line 1, pulses: must be"),
        (
            "a.jsonl",
            '{"pulses": [400, -1' + 20 * "0" + "]}",
            "a.jsonl: line 1, pulses: none may last longer than a day",
        ),
        ("a.wav", "", "a.wav: file: the name must end in .jsonl"),
        (None, "", "absent.jsonl: file: there is no such file"),
    ],
)
def test_a_bad_file_is_named_with_line_and_remedy(
    name: str | None, text: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / (name or "absent.jsonl")
    if name is not None:
        path.write_text(text, encoding="utf-8")
    assert main([str(path)]) == 2
    assert complaint in capsys.readouterr().err


def test_what_is_no_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe\x00")
    assert main([str(tmp_path / "a.jsonl")]) == 2
    assert "not UTF-8" in capsys.readouterr().err


def test_iq_too_large_to_be_read_whole_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "a.cu8").open("wb") as file:
        file.truncate(300_000_000)  # takes no room
    assert main([str(tmp_path / "a.cu8")]) == 2
    assert "a.cu8: file: has 300 MB, over 250; wardbell iq reads" in capsys.readouterr().err


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["--help"])
    assert exit_info.value.code == 0
    assert "wardbell decode words.jsonl" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").symlink_to("/proc/self/mem")
    assert main([str(tmp_path / "a.jsonl")]) == 2
    assert "a.jsonl: file: cannot be read" in capsys.readouterr().err
