"""`wardbell house token`: a token is shown once, listed by its id, revoked; nobody gets one whom the house does not know."""

import pytest
from databases import Database

from wardbell_callcenter.api import tokens
from wardbell_callcenter.house_command import main
from wardbell_callcenter.store.store import Store


@pytest.fixture
def url(database: Database) -> str:
    store = Store(database.url)
    with store.writing() as ledger:
        ledger.houses.put(b'{"agents": {"wei": {}}}', "test", 0)
    store.close()
    return database.url


def test_a_token_is_made_listed_and_revoked(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "wei", "--label", "tablet", "--days", "2", "--db", url]) == 0
    token = capsys.readouterr().out.strip()
    digest = tokens.digest(token)
    assert main(["token", "--list", "--db", url]) == 0
    listed = capsys.readouterr().out
    head, row_of_wei = listed.splitlines()
    assert head.split()[0] == "token"
    assert row_of_wei.startswith(digest[: tokens.SHOWN])
    assert row_of_wei.split()[-2:] == ["wei", "tablet"]
    assert token not in listed
    assert main(["token", "--revoke", digest[: tokens.SHOWN], "--db", url]) == 0
    store = Store(url)
    with store.reading() as ledger:
        row = ledger.tokens.of(digest)
        acts = [(entry.what, entry.of) for entry in ledger.audit.between(0, 2**52)]
    store.close()
    assert row is not None
    assert row.is_revoked
    assert acts == [("make_token", "wei"), ("revoke_token", digest[: tokens.SHOWN])]
    main(["token", "--list", "--lang", "zh_CN", "--db", url])
    assert capsys.readouterr().out.splitlines()[-1].split()[2:] == ["已撤销", "wei", "tablet"]


def test_strangers_get_none_and_an_id_must_be_one_tokens(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "zhao", "--db", url]) == 78
    assert "no such agent" in capsys.readouterr().err
    assert main(["token", "--revoke", "3f9a0c21", "--db", url]) == 78
    assert "not the id of one token" in capsys.readouterr().err
    for wrong in (["token", "--db", url], ["token", "wei", "--days", "0", "--db", url], ["token", "wei", "--list"]):
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2
