"""`wardbell house`: a document is checked before it counts."""

import io
import json
from pathlib import Path

import pytest
from databases import Database

from wardbell_callcenter.house_checks import read_house
from wardbell_callcenter.house_command import main
from wardbell_callcenter.people.secret import opens
from wardbell_callcenter.roster.roster_command import main as roster

EXAMPLE = Path(__file__).parents[2] / "callcenter/examples/house.json"


def write(folder: Path, document: object) -> str:
    file = folder / "house.json"
    file.write_text(json.dumps(document))
    return str(file)


def test_what_init_writes_can_be_applied(
    tmp_path: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.json"
    assert main(["init", str(file)]) == 0
    assert main(["check", str(file)]) == 0
    capsys.readouterr()
    assert main(["apply", str(file), "--by", "chen", "--db", database.url]) == 0
    assert capsys.readouterr().out == "revision 1: 1 ward, 4 agents, 2 policies, 1 roster\n"
    assert roster(["who", "--db", database.url]) == 0  # somebody is on duty at any hour, as the README has it
    assert "nurse-" in capsys.readouterr().out
    assert main(["show", "--db", database.url]) == 0
    assert capsys.readouterr().out == file.read_text()
    assert database.rows("SELECT revision, by FROM houses") == [(1, "chen")]
    assert database.rows('SELECT by, what, "of" FROM audit') == [("chen", "put_house", "revision 1")]


def test_each_change_is_a_revision_and_the_same_again_is_none(
    tmp_path: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = ["--by", "chen", "--db", database.url]
    for file in (str(EXAMPLE), write(tmp_path, {}), str(tmp_path / "house.json")):
        assert main(["apply", file, *ours]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "revision 2: 0 wards, 0 agents, 0 policies, 0 rosters",
        "revision 2 is the same document: nothing to do",
    ]
    assert main(["history", "--db", database.url]) == 0
    head, newest, oldest = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["revision", "when", "by"]
    assert newest.split()[0] == "2"
    assert oldest.split()[0] == "1"
    assert oldest.endswith("chen  2 wards, 4 agents, 4 policies, 2 rosters")
    assert main(["history", "--lang", "zh_CN", "--db", database.url]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0].split() == ["版本", "时间", "修改人", "内容"]
    assert "2 个病区，4 名坐席，4 个策略，2 张排班表" in said
    assert main(["show", "--revision", "1", "--db", database.url]) == 0
    assert read_house(capsys.readouterr().out.encode(), "shown") == read_house(EXAMPLE.read_bytes(), "example")


@pytest.mark.parametrize("verb", ["check", "apply"])
def test_all_that_is_wrong_is_said_and_nothing_is_stored(
    tmp_path: Path, database: Database, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    file = write(tmp_path, {"time_zone": "Nowhere", "groups": {"a": ["li", "li"]}})
    where = ["--db", database.url] if verb == "apply" else []
    assert main([verb, file, *where]) == 78
    assert capsys.readouterr().err.splitlines() == [
        f'wardbell house: {file}: time_zone: "Nowhere" is no time zone; give one as Asia/Shanghai or Europe/Berlin',
        f"wardbell house: {file}: groups.a: somebody stands there twice",
    ]
    assert main(["show", "--db", database.url]) == 78
    assert "no house has been described" in capsys.readouterr().err


def test_what_cannot_be_done_is_refused_in_words(
    tmp_path: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there.json"
    there.write_text("mine")
    for argv, said in (
        (["init", str(there)], "cannot be made (File exists)"),
        (["check", str(tmp_path / "no.json")], "cannot be read (No such file or directory)"),
        (["show", "--home", str(tmp_path / "no")], "no call centre has worked here"),
        (["show", "--db", database.url], "no house has been described"),
        (["apply", str(EXAMPLE), "--db", "mysql://somewhere/x"], "--db: cannot be opened"),
    ):
        assert main(argv) == 78
        assert said in capsys.readouterr().err
    assert there.read_text() == "mine"


def test_a_secret_is_made_of_what_comes_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("梅花 1234\n"))
    assert main(["secret"]) == 0
    assert opens("梅花 1234", capsys.readouterr().out.strip())
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert main(["secret"]) == 1
