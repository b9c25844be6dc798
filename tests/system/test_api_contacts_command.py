"""`wardbell contacts` against a served API."""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_host import Host, serving
from centre_parts import command
from databases import Database
from servers import free_port

from wardbell_callcenter.api import contacts_client
from wardbell_callcenter.api.contacts_client import Api
from wardbell_callcenter.api.contacts_command import main
from wardbell_callcenter.api.contacts_wording import TEXTS, Wording
from wardbell_callcenter.api.problems import Problem
from wardbell_callcenter.residents.resident import Resident


@pytest.fixture
def host(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A house that names nobody; Wei's token is in the environment."""
    with serving(database.url) as made:
        made.opener = "Wei"
        made.sign_in("Wei", "Chen")
        monkeypatch.setenv("WARDBELL_TOKEN", made.token("Wei"))
        monkeypatch.setenv("WARDBELL_API", made.url)
        yield made


def test_a_contact_is_listed_taken_noted_and_resolved(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert capsys.readouterr().out == "no contacts\n"
    assert main(["open", "technical", "lamp", "--ward", "east", "--room", "203", "--field", "part=E27", "--json"]) == 0
    contact_id = json.loads(capsys.readouterr().out)["contact_id"]
    assert main(["list"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["contact", "urgency", "state"]
    assert contact_id in row
    assert "east 203 lamp" in row
    done: tuple[list[str], ...] = (
        ["accept"],
        ["note", "a ladder is needed"],
        ["on-site"],
        ["resolve", "--text", "new lamp", "--field", "bulb=E27"],
    )
    for verb, *said in done:
        assert main([verb, contact_id, *said]) == 0, capsys.readouterr().err
    capsys.readouterr()
    assert main(["show", contact_id]) == 0
    told = capsys.readouterr().out
    for words in (
        "opened  Wei",
        "accepted  Wei",
        "note  Wei  a ladder is needed",
        "on site  Wei",
        "resolved  Wei  part=E27, bulb=E27",
    ):
        assert words in told, told
    assert main(["list", "--status", "resolved", "--json"]) == 0
    assert [contact["fields"] for contact in json.loads(capsys.readouterr().out)] == [{"part": "E27", "bulb": "E27"}]


def test_a_lost_race_a_stranger_and_nobody_there_have_a_status_each(
    host: Host, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    contact_id = host.open()
    with host.caller("Chen") as chen:
        assert chen.post(f"/v1/contacts/{contact_id}/accept").status_code == 200
    assert main(["accept", contact_id]) == 1
    assert capsys.readouterr().err == "wardbell contacts: no: Chen has it\n"
    assert main(["accept", contact_id, "--lang", "zh_CN"]) == 1
    assert "Chen 已接单" in capsys.readouterr().err
    assert main(["show", "c-0"]) == 1
    assert "what to do: `wardbell contacts list`" in capsys.readouterr().err
    monkeypatch.setattr(contacts_client, "TRY_EVERY_S", 0.01)
    host.leads = False
    assert main(["note", contact_id, "x", "--lang", "zh_CN"]) == 69
    assert "无应答：此呼叫中心为备用" in capsys.readouterr().err
    assert main(["list", "--url", f"http://127.0.0.1:{free_port()}"]) == 69
    monkeypatch.delenv("WARDBELL_TOKEN")
    assert main(["list", "--home", str(tmp_path / "nowhere")]) == 78
    assert "wardbell house token" in capsys.readouterr().err


def test_reasons_and_codes_are_told_in_the_language(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    host.house(codes={"fall": {"name": {"en": "A fall", "zh_CN": "跌倒"}}})
    contact_id = host.open()
    assert host.receive(command("accept", by="Chen", contact_id=contact_id)).ok
    for said in (["take-over", "--reason", "late"], ["release", "--reason", "asked elsewhere"], ["accept"]):
        assert main([said[0], contact_id, *said[1:]]) == 0, capsys.readouterr().err
    assert main(["accept", contact_id]) == 0
    assert main(["resolve", contact_id, "--code", "fall"]) == 0
    assert main(["accept", contact_id, "--lang", "zh_CN"]) == 1
    assert "未执行：已结束：已办结；处理办法：用 `wardbell contacts show` 再看一次" in capsys.readouterr().err
    assert main(["show", contact_id]) == 0
    english = capsys.readouterr().out
    assert "Wei  taken over from Chen late" in english
    assert "resolved  Wei  A fall" in english
    assert main(["show", contact_id, "--lang", "zh_CN"]) == 0
    chinese = capsys.readouterr().out
    assert "Wei  从 Chen 处拦截 late" in chinese
    assert "已办结  Wei  跌倒" in chinese
    assert "asked elsewhere" in chinese


def test_those_of_a_kind_are_listed_and_who_lives_there_is_chosen(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    host.open(kind="family_call")
    with host.store.writing() as ledger:
        people = (("r1", "Mrs Ito", ("falls",)), ("r2", "Mr Abe", ()))
        ledger.residents.put(
            [Resident(resident_id=key, ward="east", room="203", name=name, risks=risks) for key, name, risks in people]
        )
    assert main(["open", "technical", "lamp", "--ward", "east", "--room", "203"]) == 0
    capsys.readouterr()
    assert main(["list", "--kind", "technical", "--json"]) == 0
    [contact] = json.loads(capsys.readouterr().out)
    assert contact["subject"] == "lamp"
    assert main(["show", contact["contact_id"]]) == 0
    shown = capsys.readouterr().out
    assert "r1  203  Mrs Ito  0  falls\nr2  203  Mr Abe   0" in shown
    assert "asked: Chen, Wei  ring_all: ward" in shown
    assert main(["choose-resident", contact["contact_id"], "r2"]) == 0
    assert main(["choose-resident", contact["contact_id"], "r3"]) == 1
    capsys.readouterr()
    assert main(["show", contact["contact_id"], "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)["pop"]["residents"]] == ["Mr Abe"]


def test_the_board_says_what_waits_how_the_day_has_been_and_who_is_there(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = host.open(subject="one")
    host.open(subject="two")
    assert main(["accept", taken]) == 0
    host.house(reasons={"meal": {"en": "Meal", "zh_CN": "用餐"}})
    assert host.receive(command("not_ready", by="Chen", reason="meal")).ok
    capsys.readouterr()
    assert main(["board"]) == 0
    load, service, _, seats, _, head, *agents = capsys.readouterr().out.splitlines()
    assert load.startswith("waiting 1, the oldest 0:")
    assert load.endswith("; 1 with somebody")
    assert service == "accepted within 60 s ÷ all (SL_offered): last hour 100% (1 of 1), today 100% (1 of 1)"
    assert seats == "seats: 1 serve, 0 idle, 1 not ready, 0 closed"
    assert head.split() == ["agent", "state", "since", "has", "reason", "then"]
    told = [[part for part in line.split() if ":" not in part] for line in agents]
    assert told == [["Chen", "not", "ready", "Meal"], ["Wei", "busy", taken]]
    assert main(["board", "--lang", "zh_CN"]) == 0
    said = capsys.readouterr().out
    assert "坐席：处理中 1，空闲 0，示忙 1，关闭 0" in said
    assert "Chen  示忙" in said
    assert "用餐" in said
    assert host.receive(command("ready", by="Chen")).ok
    assert host.receive(command("force_not_ready", by="Wei", agent="Chen", reason="missed offers")).ok
    assert main(["board", "--lang", "zh_CN"]) == 0
    assert "多次未接" in capsys.readouterr().out
    assert main(["board", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["figures"]["waiting"] == 1


def test_a_faulty_button_is_muted_listed_and_rings_again(
    host: Host, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    host.open()
    database.execute("UPDATE contacts SET station_id = '203-1'")  # of that station something came
    assert main(["mutes"]) == 0
    assert capsys.readouterr().out == "no button is muted\n"
    assert main(["mute", "east/203-1", "--reason", "it sticks", "--for", "600"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["station", "rings", "again", "in", "by", "reason"]
    assert row.split()[0] == "east/203-1"
    assert row.split()[2:] == ["Wei", "it", "sticks"]
    assert main(["mutes", "--lang", "zh_CN"]) == 0
    assert "恢复响铃" in capsys.readouterr().out
    assert main(["unmute", "east/203-1", "--reason", "mended"]) == 0
    assert capsys.readouterr().out == "no button is muted\n"
    assert main(["unmute", "east/203-1", "--reason", "mended"]) == 1
    assert "is not muted" in capsys.readouterr().err


def test_a_request_is_sent_again_with_its_key_until_somebody_leads(
    host: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    contact_id = host.open()
    host.leads = False

    def lead(_: float) -> None:
        host.leads = True

    monkeypatch.setattr(time, "sleep", lead)
    assert main(["note", contact_id, "once"]) == 0
    capsys.readouterr()
    assert main(["show", contact_id]) == 0
    assert capsys.readouterr().out.count("once") == 1


def test_the_stream_goes_on_after_the_server_was_away(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts_client, "TRY_EVERY_S", 0.05)
    token = host.token("Wei")
    made = [host.open(subject="one")]
    with Api(host.url, token) as api:
        events = api.events(after=0)
        heard = {event.contact.contact_id for event in itertools.islice(events, 3) if event.contact}
        host.restart()
        made.append(host.open(subject="two"))
        for event in events:
            heard |= {event.contact.contact_id} if event.contact else set()
            if made[1] in heard:
                break
        events.close()
    assert heard == set(made)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["list", "--bogus"],
        ["accept"],
        ["accept", "../x"],
        ["list", "--kind", "telephone"],
        ["list", "--limit", "0"],
        ["open", "bed_call", "x"],
        ["resolve", "c-1", "--field", "x"],
        ["mute", "203-1", "--reason", "x"],
    ],
)
def test_a_bad_call_is_said(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2


def test_who_does_not_have_it_is_not_sent_to_the_administrator() -> None:
    refused = Problem(title="Forbidden", status=403, detail="ana may not transfer: not one of yours", remedy="")
    assert "`wardbell contacts show`" in Wording("en").refusal(refused)
    assert "`wardbell contacts show`" in Wording("zh_CN").refusal(refused)


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["en"].keys() == TEXTS["zh_CN"].keys()
    for key, text in TEXTS["en"].items():
        assert text.count("{") == TEXTS["zh_CN"][key].count("{"), key
        assert text.count("|") == TEXTS["zh_CN"][key].count("|"), key
