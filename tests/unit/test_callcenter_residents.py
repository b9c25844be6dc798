"""Tables of residents: what is read of them, what is wrong in which row, what they change."""

import random
from pathlib import Path

import pytest
from openpyxl import Workbook

from wardbell_callcenter.house import Agent, House, Priorities, Ward
from wardbell_callcenter.residents.changes import changes_of, differences
from wardbell_callcenter.residents.reading import Problem, Reading, read_residents
from wardbell_callcenter.residents.resident import Resident
from wardbell_callcenter.residents.sheet import Sheet, read_sheet
from wardbell_protocol.errors import ConfigError

HOUSE = House(
    wards={"east": Ward(), "west": Ward()},
    agents={"li": Agent(), "wang": Agent()},
    priorities=Priorities(classes={"vip": 6}),
)
CHINESE = (
    "编号,病区,房间,床位,姓名,护理等级,优先级,责任护士,风险,饮食\n"
    "r1,east,203,1,何梅,3,vip,li,跌倒；青霉素过敏,软食\nr2,east,203,2,周安,,,,,\n"
)
HE = Resident(
    resident_id="r1",
    ward="east",
    room="203",
    bed="1",
    name="何梅",
    care_level=3,
    priority_class="vip",
    key_carer="li",
    risks=("跌倒", "青霉素过敏"),
    fields={"饮食": "软食"},
)
ZHOU = Resident(resident_id="r2", ward="east", room="203", bed="2", name="周安")


def sheet_of(text: str) -> Sheet:
    head, *rows = [line.split(",") for line in text.splitlines()]
    return Sheet(head, list(enumerate(rows, 2)), "test")


def read(text: str, only_ward: str = "") -> Reading:
    return read_residents(sheet_of(text), HOUSE, only_ward)


@pytest.mark.parametrize(
    ("encoding", "form"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")]
)
def test_csv_is_read_in_the_encodings_that_spreadsheets_write(tmp_path: Path, encoding: str, form: str) -> None:
    file = tmp_path / "residents.csv"
    file.write_bytes(CHINESE.replace("\n", "\r\n").encode(encoding))
    sheet = read_sheet(file)
    assert sheet.form == form
    assert read_residents(sheet, HOUSE) == Reading([HE, ZHOU], [], frozenset(), is_whole=True)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_csv_is_read_with_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "residents.csv"
    file.write_text(CHINESE.replace(",", delimiter))
    assert read_residents(read_sheet(file), HOUSE).residents == [HE, ZHOU]


def test_a_spreadsheet_is_read_as_the_person_sees_it(tmp_path: Path) -> None:
    book = Workbook()
    table = book.active
    assert table is not None
    table.append([None])
    head = "Name,Resident-ID,WARD,Room number,bed,Care level,Priority class,key carer,Risks,饮食"
    table.append(head.split(","))
    table.append(["何梅", "r1", "east", 203, 1.0, 3, "vip", "li", "跌倒\n青霉素过敏", "软食"])
    table.append([None] * 10)
    table.append(["周安 ", "r2", "east", "203", 2])
    book.save(tmp_path / "residents.xlsx")
    sheet = read_sheet(tmp_path / "residents.xlsx")
    assert read_residents(sheet, HOUSE).residents == [HE, ZHOU]
    assert [number for number, _ in sheet.rows] == [3, 5]


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.csv", b"\xff\xff\xff", "the encoding: it is not UTF-8 (line 1) or GB18030 (line 1); save it as CSV UTF-8"),
        ("a.csv", b"id,name\nr1,\xc3\x28\xff\n", "the encoding: it is not UTF-8 (line 2)"),
        ("a.csv", b"\xff\xfea", "the encoding: it is not UTF-16"),
        ("a.csv", b"id\x00name", "the file: it is no text"),
        ("a.csv", b"\n , \n", "the table: it is empty"),
        ("a.csv", b'id,name\nr1,"x"y\n', "line 2: it is no CSV"),
        ("a.xlsx", b"id,name", "the file: it is no spreadsheet that can be read"),
        ("a.xls", b"\xd0\xcf", "the file: an old .xls cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(tmp_path: Path, name: str, raw: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(ConfigError) as refused:
        read_sheet(tmp_path / name)
    assert str(refused.value).startswith(f"{tmp_path / name}: {said}")


def test_cells_that_are_only_formatted_are_no_columns(tmp_path: Path) -> None:
    book = Workbook()
    table = book.worksheets[0]
    table.append(["id", "ward"])
    table.append(["r1"])
    for place in ("H1", "H2", "C40"):
        table[place].number_format = "0.0"
    book.save(tmp_path / "residents.xlsx")
    sheet = read_sheet(tmp_path / "residents.xlsx")
    assert (sheet.head, sheet.rows) == (["id", "ward"], [(2, ["r1"])])


def test_a_spreadsheet_that_is_damaged_anywhere_is_refused_in_words(tmp_path: Path) -> None:
    book, file, chance = Workbook(), tmp_path / "residents.xlsx", random.Random(5)
    book.worksheets[0].append(["id", "ward"])
    book.save(file)
    whole = file.read_bytes()
    refused = 0
    for _ in range(40):
        damaged = bytearray(whole)
        for _ in range(4):
            damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged)
        try:
            read_sheet(file)
        except ConfigError:
            refused += 1
    assert refused > 20


def test_a_name_may_hold_what_elsewhere_ends_a_line(tmp_path: Path) -> None:
    file = tmp_path / "residents.csv"
    file.write_text("id,name\r\nr1,He\u2028Mei\r\n", newline="")
    assert read_sheet(file).rows == [(2, ["r1", "He\u2028Mei"])]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_sheet(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("row", "column", "remedy"),
    [
        (",east,203,1,He,,,", "id", "it is empty"),
        ("r1,,203,1,He,,,", "ward", "it is empty"),
        ("r1,east,203,1", "name", "it is empty"),
        ("r1,eats,203,1,He,,,", "ward", 'there is no ward "eats"; is "east" meant?'),
        ("r1,east,203,1,He,high,,", "level", '"high" is no number from 0 to 9, where more is more care'),
        ("r1,east,203,1,He,10,,", "level", '"10" is no number from 0 to 9, where more is more care'),
        ("r1,east,203,1,He,٣,,", "level", '"٣" is no number from 0 to 9, where more is more care'),
        ("r1,east,203,1,He,-1,,", "level", '"-1" is no number from 0 to 9, where more is more care'),
        ("r1,east,203,1,He,1,lee,", "carer", 'there is no agent "lee"; known: li, wang'),
        (f"{'r' * 65},east,203,1,He,1,,", "id", "it has more than 64 characters"),
        (f"r1,east,203,1,{'H' * 129},1,,", "name", "it has more than 128 characters"),
        (f"r1,east,203,1,He,1,,{'x' * 257}", "risks", "it has more than 256 characters"),
        ("r1,east,203,1,He\x1b[2J,1,,", "name", "it has a line break or another control character"),
        ("r1,east,203,1,He,1,,,more", "the row", "it has more cells than the head has titles"),
    ],
)
def test_what_is_wrong_in_a_row_is_told_by_the_title_of_its_column(row: str, column: str, remedy: str) -> None:
    reading = read(f"id,ward,room,bed,name,level,carer,risks\n{row}\nr9,east,204,,Wu,,,\n")
    assert reading.problems == [Problem(2, column, remedy)]
    assert [resident.resident_id for resident in reading.residents] == ["r9"]


def test_a_class_that_the_house_does_not_have_is_told() -> None:
    reading = read("id,ward,room,name,priority_class\nr1,east,203,He,gold\n")
    remedy = 'there is no class of `priorities.classes` "gold"; known: vip'
    assert reading.problems == [Problem(2, "priority_class", remedy)]


def test_a_resident_or_a_bed_twice_is_told_with_the_other_row() -> None:
    reading = read(
        "id,ward,room,bed,name\nr1,east,203,1,He\nr1,east,204,1,He\nr2,east,203,1,Wu\nr3,west,203,1,Li\nr4,east,203,,Xu\n"
    )
    assert reading.problems == [
        Problem(3, "id", "r1 stands in row 2, too"),
        Problem(4, "bed", "east/203-1 stands in row 2, too"),
    ]


@pytest.mark.parametrize(
    ("head", "column", "remedy"),
    [
        ("id,ward,name", "room", "there is no such column; call one room or 房号 or 病房"),
        ("id,ward,room,name,姓名", "姓名", "there are two columns of it"),
        ("id,ward,room,name,diet,diet", "diet", "there are two columns of it"),
        ("id,ward,room,name,,diet", "column 5", "it has no title"),
    ],
)
def test_what_is_wrong_in_the_head_is_told(head: str, column: str, remedy: str) -> None:
    assert read(f"{head}\nr1,east,203,He\n").problems == [Problem(0, column, remedy)]


def test_a_table_of_one_ward_has_rows_of_that_ward() -> None:
    reading = read("id,ward,room,name\nr1,east,203,He\nr2,west,301,Wu\n", "east")
    assert reading.problems == [Problem(3, "ward", "this table is of east; leave --ward out, or the row")]


def moved(resident: Resident, room: str) -> Resident:
    return Resident(resident_id=resident.resident_id, ward=resident.ward, room=room, name=resident.name)


def whole(*residents: Resident) -> Reading:
    return Reading(list(residents), [], frozenset(), is_whole=True)


WU = Resident(resident_id="r7", ward="west", room="301", name="Wu")
WU_GONE = Resident(resident_id="r7", ward="west", room="301", name="Wu", is_gone=True)


def test_who_is_not_in_the_table_has_moved_out() -> None:
    changes = changes_of([HE, ZHOU, WU], whole(HE, moved(ZHOU, "204")))
    assert changes.gone == [WU_GONE]
    assert changes.changed == [(ZHOU, moved(ZHOU, "204"))]
    assert (changes.new, changes.same) == ([], 1)
    assert differences(ZHOU, moved(ZHOU, "204")) == [("room", "203", "204"), ("bed", "2", "")]


def test_who_is_gone_can_come_back_and_does_not_go_twice() -> None:
    assert changes_of([WU_GONE], whole(WU)).new == [WU]
    assert changes_of([WU_GONE], whole(HE)).gone == []


def test_a_table_of_one_ward_takes_nobody_away_from_another() -> None:
    assert changes_of([HE, WU], whole(ZHOU), "east").gone == [Resident(**{**vars(HE), "is_gone": True})]


def test_a_row_that_cannot_be_read_takes_nobody_away() -> None:
    reading = read("id,ward,room,name\nr1,nowhere,203,He\n")
    assert changes_of([HE, WU], reading).gone == [WU_GONE]
    reading = read("id,ward,room,name\n,east,203,He\n")
    assert changes_of([HE, WU], reading).gone == []
