"""The committed OpenAPI document against the code."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from wardbell_callcenter.api.openapi import text
from wardbell_protocol.bus.payloads import Command

COMMITTED = Path(__file__).resolve().parents[2] / "protocol" / "spec" / "openapi.json"
# Verbs of a ward, and those that parts say on the bus.
ELSEWHERE = {"acknowledge", "attend", "clear", "figures", "history", "test_start", "test_stop", "self_test", "step"}
BY_ANOTHER_NAME = {"open": "/v1/contacts"}

Json = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Json:
    read: Json = json.loads(COMMITTED.read_text())
    return read


def test_the_committed_document_is_what_the_code_makes() -> None:
    said = "run: python -m wardbell_callcenter.api.openapi > protocol/spec/openapi.json"
    assert COMMITTED.read_text() == text(), said


def test_every_verb_of_the_call_centre_has_its_route(document: Json) -> None:
    changing = {path for path, item in document["paths"].items() if "post" in item}
    for verb in set(get_args(Command.__annotations__["verb"])) - ELSEWHERE:
        assert any(path.endswith(f"/{verb}") or path == BY_ANOTHER_NAME.get(verb) for path in changing), verb


def test_every_change_takes_a_key_and_says_how_it_may_fail(document: Json) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["description"], path
            assert {"400", "429", "503"} <= set(operation["responses"]), path
            names = {parameter["name"] for parameter in operation.get("parameters", ())}
            if method == "post" and path != "/v1/session":
                assert "Idempotency-Key" in names, path
            if operation["security"]:
                assert {"401", "403"} <= set(operation["responses"]), path
    without_token = {path for path, item in document["paths"].items() for one in item.values() if not one["security"]}
    assert without_token == {"/v1/health", "/v1/session"}


def test_every_reference_leads_somewhere(document: Json) -> None:
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', COMMITTED.read_text())):
        node: Any = document
        for key in reference.split("/"):
            node = node[key]
        assert node
