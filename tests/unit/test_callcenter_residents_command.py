"""`wardbell residents`: a table with something wrong changes nothing."""

import json
import os
from pathlib import Path

import pytest
from databases import Database

from wardbell_callcenter.residents.residents_command import main
from wardbell_callcenter.store.store import Store

TABLE = "id,ward,room,bed,name,risks,diet\nr1,east,203,1,He Mei,falls;penicillin,soft\nr2,east,203,2,Anna Zhu,,\n"
NEXT = "id,ward,room,bed,name,risks,diet\nr1,east,204,1,He Mei,falls,soft\nr3,west,301,,Wu,,\n"
WRONG = "id,ward,room,bed,name,risks,diet\nr1,north,204,1,He Mei,falls,soft\nr3,west,301,,Wu,,\n"


@pytest.fixture
def house(database: Database) -> list[str]:
    store = Store(database.url)
    with store.writing() as ledger:
        ledger.houses.put(b'{"wards": {"east": {}, "west": {}}}', "chen", 1)
    store.close()
    return ["--db", database.url]


def write(folder: Path, text: str) -> str:
    file = folder / "residents.csv"
    file.write_text(text)
    return str(file)


def listed(house: list[str], capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
    capsys.readouterr()
    assert main(["list", "--json", *more, *house]) == 0
    return [f"{one['resident_id']} {one['room']} {one['is_gone']}" for one in json.loads(capsys.readouterr().out)]


def test_an_import_says_what_it_changes_and_a_dry_run_only_says_it(
    tmp_path: Path, house: list[str], database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", write(tmp_path, TABLE), "--by", "chen", *house]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 new, 0 changed, 0 gone, 0 as before; read as UTF-8"
    said = [
        "new      r3  west  301    Wu",
        "changed  r1  east  204-1  He Mei    room 203 -> 204, risks",
        "gone     r2  east  203-2  Anna Zhu",
    ]
    assert main(["import", write(tmp_path, NEXT), "--dry-run", *house]) == 0
    assert capsys.readouterr().out.splitlines() == [
        *said,
        "1 new, 1 changed, 1 gone, 0 as before; read as UTF-8; dry run, nothing was stored",
    ]
    assert main(["import", write(tmp_path, NEXT), "--dry-run", "--lang", "zh_CN", *house]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "新增  r3  west  301室     Wu",
        "变更  r1  east  204室1床  He Mei    房间 203 -> 204, 风险",
        "迁出  r2  east  203室2床  Anna Zhu",
        "新增 1，变更 1，迁出 1，未变 0；按 UTF-8 读取；试运行，未保存",
    ]
    assert listed(house, capsys) == ["r1 203 False", "r2 203 False"]
    assert database.rows('SELECT by, what, "of" FROM audit') == [("chen", "import_residents", "residents.csv")]
    assert main(["import", write(tmp_path, NEXT), *house]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == said
    assert listed(house, capsys, "--gone") == ["r2 203 True", "r1 204 False", "r3 301 False"]
    assert listed(house, capsys, "--ward", "west") == ["r3 301 False"]


def test_a_list_stands_in_columns(tmp_path: Path, house: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", write(tmp_path, TABLE.replace("He Mei", "何梅").replace("falls", "跌倒")), *house]) == 0
    capsys.readouterr()
    assert main(["list", "--lang", "zh_CN", *house]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "编号  病区  床位      姓名      护理等级  风险",
        "r1    east  203室1床  何梅      0         跌倒, penicillin",
        "r2    east  203室2床  Anna Zhu  0",
    ]
    assert main(["list", "--ward", "west", *house]) == 0
    assert capsys.readouterr().out == "nobody lives here\n"


def test_one_wrong_row_keeps_all_of_them_out_unless_it_is_skipped(
    tmp_path: Path, house: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", write(tmp_path, TABLE), *house]) == 0
    capsys.readouterr()
    file = write(tmp_path, WRONG)
    assert main(["import", file, *house]) == 78
    assert capsys.readouterr().err.splitlines() == [
        f'wardbell residents: {file}: row 2: ward: there is no ward "north"; known: east, west',
        "wardbell residents: 1 wrong, nothing was imported; mend the table, or give --skip-wrong",
    ]
    assert listed(house, capsys) == ["r1 203 False", "r2 203 False"]
    assert main(["import", file, "--skip-wrong", *house]) == 0
    assert listed(house, capsys, "--gone") == ["r1 203 False", "r2 203 True", "r3 301 False"]


def test_each_fault_of_a_table_is_told_in_chinese(
    tmp_path: Path, house: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        "r1,north,204,1,何梅,x",
        "r1,eats,204,1,何梅,3",
        ",east,205,,\x07,3",
        f"r4,east,{'9' * 65},,Wu,3",
        "r5,east,1,1,Wu,3,4,5",
    ]
    for head in ("id,ward,room,bed,name,level", "id,ward,room,bed,level,level", f"id,,room,bed,name,{'x' * 65}"):
        assert main(["import", write(tmp_path, "\n".join([head, *rows])), "--lang", "zh_CN", *house]) == 78
    told = [line.partition(".csv: ")[2] for line in capsys.readouterr().err.splitlines() if ".csv: " in line]
    assert [line for line in told if line.partition("：")[2].isascii() or "the row" in line] == []
    assert {"第 2 行，ward：没有“north”；已有：east, west", "第 3 行，ward：没有“eats”；是否为“east”？"} <= set(told)


def test_one_ward_by_itself(tmp_path: Path, house: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", write(tmp_path, TABLE), *house]) == 0
    west = write(tmp_path, "id,ward,room,name\nr7,west,301,Wu\n")
    assert main(["import", west, "--ward", "nrth", *house]) == 78
    assert "there is no ward nrth" in capsys.readouterr().err
    assert main(["import", west, "--ward", "west", *house]) == 0
    assert listed(house, capsys) == ["r1 203 False", "r2 203 False", "r7 301 False"]


def test_what_is_known_of_one_is_shown(tmp_path: Path, house: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", write(tmp_path, TABLE), *house]) == 0
    capsys.readouterr()
    assert main(["show", "r1", *house]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["risks"], shown["fields"]) == (["falls", "penicillin"], {"diet": "soft"})
    assert main(["show", "r9", *house]) == 78


def test_an_empty_table_takes_nobody_away(tmp_path: Path, house: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", write(tmp_path, TABLE), *house]) == 0
    assert main(["import", write(tmp_path, "id,ward,room,name\n"), *house]) == 78
    assert "there is no resident in it" in capsys.readouterr().err
    assert len(listed(house, capsys)) == 2


def test_a_file_whose_name_is_in_another_encoding_is_imported(tmp_path: Path, house: list[str]) -> None:
    file = tmp_path / os.fsdecode("住户.csv".encode("gb18030"))
    file.write_text(TABLE)
    assert main(["import", str(file), "--by", "chen", *house]) == 0
