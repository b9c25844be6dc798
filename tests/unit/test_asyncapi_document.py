"""The committed AsyncAPI document against the code: nothing of the bus is missing in it, and nothing more is there."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wardbell_bus import asyncapi
from wardbell_bus.examples import EXAMPLES
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.channels import CENTRE_CHANNELS, CHANNELS, payload_type
from wardbell_protocol.bus.payloads import Payload, PayloadError, decode, encode

SPEC = Path(__file__).resolve().parents[2] / "protocol" / "spec"
TOPIC_FUNCTIONS = (
    "event",
    "ward",
    "call",
    "contact",
    "offer",
    "snapshot_request",
    "snapshot",
    "command",
    "centre_command",
    "reply",
    "health",
    "hearing",
    "reception",
)
NO_TOPICS = {"check_name", "parse"}
EXAMPLE_IDS = [(kind, number) for kind in EXAMPLES for number in range(len(EXAMPLES[kind]))]

Json = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Json:
    read: Json = json.loads((SPEC / "asyncapi.json").read_text())
    return read


def resolved(document: Json, reference: str) -> Json:
    """What a `$ref` of the document points at."""
    node: Json = document
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return node


def references(node: object) -> list[str]:
    """Every `$ref` below a node."""
    if isinstance(node, dict):
        here = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return here + [found for child in node.values() for found in references(child)]
    return [found for child in node for found in references(child)] if isinstance(node, list) else []


def test_the_committed_document_is_what_the_code_makes() -> None:
    committed = (SPEC / "asyncapi.json").read_text()
    assert committed == asyncapi.text(), "run: python -m wardbell_bus.asyncapi > protocol/spec/asyncapi.json"


def test_every_topic_is_in_the_document(document: Json) -> None:
    functions = {
        name
        for name, function in inspect.getmembers(topics, inspect.isfunction)
        if function.__module__ == topics.__name__
    }
    assert functions - NO_TOPICS == set(TOPIC_FUNCTIONS)
    addresses = [channel["address"] for channel in document["channels"].values()]
    assert len(addresses) == len(set(addresses))
    documented = {
        (address.channel, address.scope == topics.CALL_CENTRE_SCOPE)
        for text in addresses
        if (address := topics.parse(re.sub(r"\{(\w+)\}", r"\1", text)))
    }
    wanted = {(name, False) for name in CHANNELS if name != "contact"}
    in_centre = {"event", "contact", "offer", "snapshot_request", "snapshot", "command", "reply"}
    assert documented == wanted | {(name, True) for name in in_centre}


def test_every_channel_carries_what_the_code_decodes_there(document: Json) -> None:
    for channel in document["channels"].values():
        address = topics.parse(re.sub(r"\{(\w+)\}", r"\1", channel["address"]))
        assert address is not None
        kind = payload_type(address, address.scope == topics.CALL_CENTRE_SCOPE)
        assert kind is not None
        assert list(channel["messages"]) == [kind.__name__]


def test_every_payload_type_has_a_schema_with_its_fields(document: Json) -> None:
    kinds = {*CHANNELS.values(), *CENTRE_CHANNELS.values()}
    assert kinds == set(EXAMPLES)
    for kind in kinds:
        message = document["components"]["messages"][kind.__name__]
        schema = resolved(document, message["payload"]["$ref"])
        fields = msgspec.structs.fields(kind)
        assert set(schema["properties"]) == {field.encode_name for field in fields}
        assert set(schema.get("required", [])) == {field.encode_name for field in fields if field.required}


def test_every_reference_leads_somewhere_and_nothing_is_left_over(document: Json) -> None:
    found = set(references(document))
    assert all(resolved(document, reference) for reference in found)
    for part in ("messages", "schemas"):
        for name in document["components"][part]:
            assert f"#/components/{part}/{name}" in found
    operated = {operation["channel"]["$ref"].rpartition("/")[2] for operation in document["operations"].values()}
    assert operated == set(document["channels"])


@pytest.mark.parametrize(("kind", "number"), EXAMPLE_IDS)
def test_every_example_is_a_payload(document: Json, kind: type[Payload], number: int) -> None:
    written = document["components"]["messages"][kind.__name__]["examples"][number]["payload"]
    read = decode(json.dumps(written).encode(), kind)
    assert read == EXAMPLES[kind][number]
    assert json.loads(encode(read)) == written


@pytest.mark.parametrize(("kind", "number"), EXAMPLE_IDS)
def test_an_example_that_lacks_a_field_or_has_another_version_is_refused(kind: type[Payload], number: int) -> None:
    written = msgspec.to_builtins(EXAMPLES[kind][number])
    for field in msgspec.structs.fields(kind):
        if field.required:
            with pytest.raises(PayloadError, match=field.encode_name):
                decode(
                    json.dumps({name: written[name] for name in written if name != field.encode_name}).encode(), kind
                )
    with pytest.raises(PayloadError, match=r"\$\.v"):
        decode(json.dumps(written | {"v": 2}).encode(), kind)
    newer = json.dumps(written | {"a_field_of_tomorrow": 1}).encode()
    assert decode(newer, kind) == EXAMPLES[kind][number]


def test_retained_and_live_channels_are_told_apart(document: Json) -> None:
    retained = {
        operation["channel"]["$ref"].rpartition("/")[2]
        for operation in document["operations"].values()
        if operation["bindings"]["mqtt"]["retain"]
    }
    assert retained == {"ward", "call", "contact", "health"}


def test_the_prose_names_every_topic(document: Json) -> None:
    prose = (SPEC / "bus.md").read_text()
    for channel in document["channels"].values():
        levels = channel["address"].removeprefix("wardbell/v1/").split("/")
        assert "/".join(levels[1:]) in prose, channel["address"]
