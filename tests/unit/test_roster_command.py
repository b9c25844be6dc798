"""`wardbell roster`, as people use it."""

import json
from pathlib import Path

import pytest
from databases import Database

from wardbell_callcenter.house_command import main as house
from wardbell_callcenter.roster import roster_command
from wardbell_callcenter.roster.roster_command import main
from wardbell_callcenter.roster.wording import TEXTS

DOCUMENT = {
    "time_zone": "Asia/Shanghai",
    "calendar": {
        "periods": [{"name": "night", "begins": "19:00", "ends": "07:00"}],
        "workdays": {"2026-10-10": {"zh_CN": "国庆节调休"}},
    },
    "rosters": {
        "east": {
            "shifts": {
                "day": {"begins": "07:00", "ends": "19:00", "needs": 2},
                "night": {"begins": "19:00", "ends": "07:00"},
            },
            "rotations": [
                {"shift": "day", "teams": [["ana", "李"], ["ben", "zoe"]], "starts": "2026-10-01"},
                {"shift": "night", "teams": [["cem"], ["dan"]], "starts": "2026-10-01"},
            ],
        }
    },
}


class Desk:
    """Somebody at the command line of a house whose document was applied."""

    def __init__(self, database: Database, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.database, self._folder, self._capsys = database, folder, capsys
        self.apply(DOCUMENT)

    def apply(self, document: object) -> None:
        file = self._folder / "house.json"
        file.write_text(json.dumps(document))
        assert house(["apply", str(file), "--db", self.database.url]) == 0
        self._capsys.readouterr()

    def says(self, *arguments: str, status: int = 0, lang: str = "en") -> list[str]:
        language = ["--lang", lang]
        assert main([*arguments, *language, "--db", self.database.url]) == status
        said = self._capsys.readouterr()
        return (said.err if status >= 2 else said.out).splitlines()


@pytest.fixture
def desk(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(database, tmp_path, capsys)


def test_who_is_on_duty_and_why(desk: Desk) -> None:
    desk.says("override", "zoe", "--instead-of", "ana", "--on", "2026-10-09", "--by", "chen", "--reason", "ill")
    desk.says("leave", "李", "--from", "2026-10-09T12:00", "--until", "2026-10-09T13:00", "--by", "chen")

    hours = "Fri 2026-10-09 07:00  Fri 2026-10-09 19:00"
    assert desk.says("who", "--at", "2026-10-09T12:30", "--why") == [
        "Fri 2026-10-09 12:30 (Asia/Shanghai): workday",
        "",
        "roster  who        shift  from                  until                 why",
        f"east    zoe        day    {hours}  team 1 of 2; instead of ana (r1, by chen: ill)",
        "east    李 (away)  day    Fri 2026-10-09 12:00  Fri 2026-10-09 13:00  team 1 of 2; on leave (r2, by chen)",
    ]
    assert desk.says("who", "--at", "2026-10-10T20:00", lang="zh_CN")[::2] == [
        "周六 2026-10-10 20:00（Asia/Shanghai）：工作日（国庆节调休）, night",
        "排班表  人员  班次   开始                   结束",
    ]
    assert desk.says("who", "--at", "2026-10-10T20:00")[0].endswith(": workday (国庆节调休), night")
    assert desk.says("who", "--at", "2026-09-01T12:00", status=1)[-1] == "nobody is on duty"


def test_the_past_is_told_by_the_document_that_counted_then(desk: Desk) -> None:
    desk.database.execute("UPDATE houses SET at_ms = 1790000000000")  # 21 September 2026
    later = json.loads(json.dumps(DOCUMENT).replace('"ana"', '"eve"'))
    desk.apply(later)
    desk.database.execute("UPDATE houses SET at_ms = 1795000000000 WHERE revision = 2")  # 18 November

    assert [line.split()[1] for line in desk.says("who", "--at", "2026-10-09T12:30")[3:]] == ["ana", "李"]
    assert [line.split()[1] for line in desk.says("who", "--at", "2026-11-20T12:30")[3:]] == ["eve", "李"]


def test_an_entry_says_what_it_leaves_open_and_is_taken_back(desk: Desk) -> None:
    assert desk.says("leave", "ana", "--from", "2026-10-09", "--until", "2026-10-10", "--by", "chen") == [
        "r1: ana is away, Fri 2026-10-09 00:00 – Sun 2026-10-11 00:00",
        "then there are too few:",
        "  Fri 2026-10-09 07:00  – Fri 2026-10-09 19:00  east  day  1 of 2 people",
    ]
    assert desk.says("gaps", "--from", "2026-10-09", "--days", "2", status=1) == [
        "Fri 2026-10-09 07:00  – Fri 2026-10-09 19:00  east  day  1 of 2 people"
    ]
    week = desk.says("week", "--from", "2026-10-09T07:00", "--days", "1", lang="zh_CN")
    assert week == [
        "east",
        "  周五 2026-10-09 07:00  – 19:00  day    ana（不在）, 李  ! 1 人，需要 2 人",
        "  周五 2026-10-09 19:00  – 07:00  night  cem",
    ]
    desk.says("remove", "r1", "--by", "wu")
    assert desk.says("gaps", "--from", "2026-10-09", "--days", "2") == ["nothing is missing"]
    assert desk.says("changes", "--from", "2026-10-09") == ["nothing was entered"]
    assert desk.says("changes", "--from", "2026-10-09", "--removed")[0].endswith("ana is away  chen    taken back")
    assert desk.database.rows("SELECT change_id, agent, made_by FROM roster_changes") == [("r1", "ana", "chen")]


def test_a_swap_of_whole_duties_and_one_that_moves_nothing(desk: Desk) -> None:
    assert desk.says("swap", "ana", "cem", "--on", "2026-10-09") == [
        "r1: ana and cem swap, Fri 2026-10-09 07:00 – Sat 2026-10-10 07:00"
    ]
    assert desk.says("week", "--from", "2026-10-09T07:00", "--days", "1") == [
        "east",
        "  Fri 2026-10-09 07:00  – 19:00  day    cem, 李",
        "  Fri 2026-10-09 19:00  – 07:00  night  ana",
    ]
    assert desk.says("swap", "ana", "zoe", "--from", "2026-10-10T08:00", "--until", "2026-10-10T08:30")[1:] == []
    assert desk.says("leave", "dan", "--from", "2026-10-10T08:00", "--until", "2026-10-10T09:00")[1:] == [
        "nobody's plan is changed by it now"
    ]


def test_a_week_ahead_ends_at_the_same_time_of_the_day_though_clocks_were_changed(desk: Desk) -> None:
    office = {"shifts": {"late": {"begins": "18:00", "ends": "23:30"}}, "rotations": []}
    desk.apply({"time_zone": "Europe/Berlin", "rosters": {"east": office}})

    (*_, last) = desk.says("gaps", "--from", "2026-10-19T23:00", "--days", "7", status=1)
    assert last == "Mon 2026-10-26 18:00  – Mon 2026-10-26 23:00  east  late  0 of 1 people"


def test_somebody_as_well(desk: Desk) -> None:
    desk.says("override", "zoe", "--roster", "east", "--from", "2026-10-09T15:00", "--until", "2026-10-09T21:00")

    assert desk.says("week", "--from", "2026-10-09T07:00", "--days", "1")[2] == (
        "  Fri 2026-10-09 15:00  – 21:00  added  zoe"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["who", "--at", "soon"], "--at: soon is no time; write 2026-11-24"),
        (["who", "--at", "9999-12-31"], "is no time"),
        (["leave", "ana", "--until", "0001-01-01T00:00+08:00"], "is no time"),
        (["who", "--roster", "west"], "--roster: there is no west; known: east"),
        (["leave", "anna", "--from", "2026-10-10", "--until", "2026-11-30"], "there is no agent anna; known: ana, ben"),
        (["leave", "ana"], "give --until, or --on"),
        (["leave", "ana", "--on", "2026-10-10"], "--on: ana has no duty that begins then"),
        (["leave", "ana", "--from", "2026-10-10", "--until", "2026-10-09"], "ends before it has begun"),
        (["override", "zoe", "--from", "2026-10-10", "--until", "2026-11-30"], "name it"),
        (["override", "zoe", "--roster", "east", "--on", "2026-10-09"], "--on: give --instead-of"),
        (["override", "zoe", "--instead-of", "anna", "--on", "2026-10-09"], "there is no agent anna; known: ana, ben"),
        (["swap", "ana", "benn", "--on", "2026-10-10"], "there is no agent benn; known: ana, ben"),
        (["export", "none.ics", "--agent", "anna"], "there is no agent anna; known: ana, ben"),
        (["remove", "r9"], "there is no entry r9"),
    ],
)
def test_a_bad_call_is_refused_with_the_remedy(desk: Desk, arguments: list[str], says: str) -> None:
    (said,) = desk.says(*arguments, status=2)
    assert says in said
    assert desk.database.rows("SELECT count(*) FROM roster_changes") == [(0,)]


def test_without_rosters_there_is_nothing_to_ask(desk: Desk) -> None:
    desk.apply({})

    (said,) = desk.says("who", status=78)
    assert "wardbell house apply" in said


def event(uid: str, day: str, title: str, *more: str) -> str:
    lines = ("BEGIN:VEVENT", f"UID:{uid}", f"DTSTART;VALUE=DATE:{day}", f"SUMMARY:{title}", *more, "END:VEVENT")
    return "".join(f"{line}\r\n" for line in lines)


def calendar(folder: Path, *events: str) -> str:
    file = folder / "leave.ics"
    file.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{''.join(events)}END:VCALENDAR\r\n")
    return str(file)


def test_a_file_of_leave_is_entered_once_and_followed(desk: Desk, tmp_path: Path) -> None:
    first = calendar(tmp_path, event("1", "20261009", "ana: ill"), event("2", "20261012", "ben"))
    assert desk.says("import", first, "--dry-run")[-1] == "would be: 2 entered, 0 taken back, 0 as before"
    assert desk.says("changes", "--from", "2026-10-01") == ["nothing was entered"]
    assert desk.says("import", first)[-1] == "2 entered, 0 taken back, 0 as before"
    assert desk.says("import", first)[-1] == "0 entered, 0 taken back, 2 as before"

    moved = calendar(tmp_path, event("1", "20261011", "ana: ill"), event("2", "20261012", "ben", "STATUS:CANCELLED"))
    assert desk.says("import", moved)[-1] == "1 entered, 2 taken back, 0 as before"
    back = calendar(tmp_path, event("1", "20261009", "ana: ill"))
    assert desk.says("import", back)[-1] == "1 entered, 1 taken back, 0 as before"

    (entry,) = desk.says("changes", "--from", "2026-10-01")
    assert "Fri 2026-10-09 00:00  – Sat 2026-10-10 00:00  all  ana is away" in entry
    desk.says("remove", entry.split()[0])
    assert desk.says("import", back)[-1] == "0 entered, 0 taken back, 1 as before"
    assert desk.says("changes", "--from", "2026-10-01") == ["nothing was entered"]


def test_a_night_of_each_week_is_entered_ahead_and_followed(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today_ms = 1_791_500_000_000  # Friday, 9 October 2026 in Shanghai

    def read(*lines: str, later_days: int = 0) -> list[str]:
        monkeypatch.setattr(roster_command, "time_ns", lambda: (today_ms + later_days * 86_400_000) * 1_000_000)
        file = calendar(tmp_path, event("1", "20261001", "zoe: night", *lines))
        return desk.says("import", file, "--as", "override", "--roster", "east", "--days", "30")

    def days(said: list[str]) -> list[str]:
        return [f"{line[0]}{line[2:].split('-')[2][:8]}" for line in said if line[:2] in ("+ ", "- ")]

    said = read("RRULE:FREQ=WEEKLY")
    assert said[0].endswith("-20261015T000000-1: zoe as well, Thu 2026-10-15 00:00 – Fri 2026-10-16 00:00")
    assert days(said) == ["+20261015", "+20261022", "+20261029", "+20261105"]
    assert said[-2:] == [
        "what repeats is entered until Sun 2026-11-08 06:53; read the file again before then",
        "4 entered, 0 taken back, 0 as before",
    ]
    # A week on one more comes into sight, one is left out now, and one that was taken back by hand stays so.
    desk.says("remove", said[3].split()[1].rstrip(":"))
    said = read("RRULE:FREQ=WEEKLY", "EXDATE;VALUE=DATE:20261022", later_days=7)
    assert (days(said), said[-1]) == (["-20261022", "+20261112"], "1 entered, 1 taken back, 2 as before")
    # It repeats no more: what is over stays, what was to come goes, and its own day is an entry like any other.
    said = read(later_days=7)
    assert said[-1] == "1 entered, 2 taken back, 0 as before"
    assert len(desk.says("changes", "--from", "2026-10-01")) == 2


def test_a_file_of_one_person_and_one_of_extra_duties(desk: Desk, tmp_path: Path) -> None:
    file = calendar(tmp_path, event("1", "20261009", "Holiday by the sea"))

    desk.says("import", file, "--agent", "ana")
    desk.says("import", file, "--agent", "zoe", "--as", "override", "--roster", "east")

    assert desk.database.rows("SELECT kind, roster, agent, instead, reason FROM roster_changes ORDER BY kind") == [
        ("leave", "", "ana", "", "Holiday by the sea"),
        ("override", "east", "", "zoe", "Holiday by the sea"),
    ]


def test_a_file_that_names_nobody_enters_nothing(desk: Desk, tmp_path: Path) -> None:
    file = calendar(tmp_path, event("1", "20261009", "ana"), event("2", "20261009", "Holiday by the sea"))

    (said,) = desk.says("import", file, status=78)

    assert f"{file}: event Holiday by the sea: its title begins with nobody's name" in said
    assert desk.database.rows("SELECT count(*) FROM roster_changes") == [(0,)]
    assert "cannot be read" in desk.says("import", str(tmp_path / "none.ics"), status=78)[0]


def test_export_writes_what_import_reads(desk: Desk, tmp_path: Path) -> None:
    file, days = tmp_path / "duties.ics", ["--from", "2026-10-09", "--days", "4"]

    assert desk.says("export", str(file), "--agent", "ana", *days) == [f"{file}: 2 duties"]
    assert desk.says("import", str(file), "--as", "override", "--roster", "east")[-1].startswith("2 entered")

    assert [line for line in desk.says("export", "-", "--agent", "ana", *days) if line.startswith("SUMMARY")] == [
        "SUMMARY:ana: east",
        "SUMMARY:ana: day",
        "SUMMARY:ana: east",
        "SUMMARY:ana: day",
    ]
    assert "cannot be written" in desk.says("export", str(tmp_path), status=78)[0]


def test_every_text_is_there_in_both_languages() -> None:
    assert TEXTS["en"].keys() == TEXTS["zh_CN"].keys()
