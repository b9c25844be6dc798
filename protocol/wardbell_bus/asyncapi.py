"""The bus as an AsyncAPI 3 document, made from the topics and the payload types.

    python -m wardbell_bus.asyncapi > protocol/spec/asyncapi.json

A test holds the committed document equal to what this makes.
"""

import json
import sys
from dataclasses import dataclass
from typing import Any

import msgspec

from wardbell_bus.examples import EXAMPLES
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.channels import CENTRE_CHANNELS, CHANNELS
from wardbell_protocol.bus.payloads import Payload

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{name}"
WARD_PARAMETER = "The ward's name: 1 to 40 of a-z 0-9 _ -, beginning with a letter or digit; never `callcenter`."
PARAMETERS = {
    "ward": WARD_PARAMETER,
    "scope": "A ward's name, or `callcenter` for what concerns no single ward.",
    "call_id": "The id that the ward's gateway gave the call; unique for ever.",
    "contact_id": "The id that the call centre gave the contact; unique for ever.",
    "client": "The client id of whoever asked, from `reply_to`.",
    "part": "Kind and name of the part: `gateway-east`, `console-desk1`, `escalator-main`, `callcenter-main`.",
}
CENTRE = topics.CALL_CENTRE_SCOPE


@dataclass(frozen=True)
class Channel:
    """One row of the document. `action` is the authority's: `send` what it publishes, `receive` what it takes."""

    name: str
    address: str
    payload: type[Payload]
    action: str
    summary: str
    retain: bool = False


WARD_CHANNELS = (
    Channel("wardEvent", topics.event("{ward}"), CHANNELS["event"], "send", "What happens to calls, in order."),
    Channel("ward", topics.ward("{ward}"), CHANNELS["ward"], "send", "What the ward is.", retain=True),
    Channel(
        "call",
        topics.call("{ward}", "{call_id}"),
        CHANNELS["call"],
        "send",
        "One open call, for late joiners; an empty payload takes it away when the call is cleared.",
        retain=True,
    ),
    Channel(
        "wardSnapshotRequest",
        topics.snapshot_request("{ward}"),
        CHANNELS["snapshot_request"],
        "receive",
        "Ask the gateway for everything it knows.",
    ),
    Channel(
        "wardSnapshot",
        topics.snapshot("{ward}", "{client}"),
        CHANNELS["snapshot"],
        "send",
        "The answer to a snapshot request.",
    ),
    Channel("wardCommand", topics.command("{ward}"), CHANNELS["command"], "receive", "A verb for the gateway."),
    Channel("wardReply", topics.reply("{ward}", "{client}"), CHANNELS["reply"], "send", "What became of a command."),
    Channel(
        "hearing",
        topics.hearing("{ward}"),
        CHANNELS["hearing"],
        "receive",
        "A press that another ear than the gateway's own receiver heard.",
    ),
    Channel(
        "reception",
        topics.reception("{ward}"),
        CHANNELS["reception"],
        "send",
        "How well a receiver of the gateway's heard a press, once it is over; for surveys, and lost where nobody listens.",
    ),
)
CENTRE_CHANNELS_OF_DOCUMENT = (
    Channel(
        "centreEvent",
        topics.event(CENTRE),
        CENTRE_CHANNELS["event"],
        "send",
        "What happens to contacts, offers, steps, agents and incidents, in order.",
    ),
    Channel(
        "contact",
        topics.contact("{contact_id}"),
        CHANNELS["contact"],
        "send",
        "One open contact, for late joiners; an empty payload takes it away when it is closed.",
        retain=True,
    ),
    Channel(
        "centreSnapshotRequest",
        topics.snapshot_request(CENTRE),
        CHANNELS["snapshot_request"],
        "receive",
        "Ask the call centre for everything it has open.",
    ),
    Channel(
        "centreSnapshot",
        topics.snapshot(CENTRE, "{client}"),
        CENTRE_CHANNELS["snapshot"],
        "send",
        "The answer to a snapshot request.",
    ),
    Channel(
        "offer",
        topics.offer("{client}"),
        CENTRE_CHANNELS["offer"],
        "send",
        "A contact that somebody at that console is asked to take, with what he must know; or the end of such an offer.",
    ),
    Channel(
        "centreCommand",
        topics.centre_command("{client}"),
        CHANNELS["command"],
        "receive",
        "A verb for the call centre, of that client.",
    ),
    Channel(
        "centreReply",
        topics.reply(CENTRE, "{client}"),
        CENTRE_CHANNELS["reply"],
        "send",
        "What became of a command.",
    ),
)
HEALTH = Channel(
    "health",
    topics.health("{scope}", "{part}"),
    CHANNELS["health"],
    "send",
    "Whether a part is there and well: every 5 s, at once on a change, and by the broker as its last will.",
    retain=True,
)
DOCUMENTED = (*WARD_CHANNELS, *CENTRE_CHANNELS_OF_DOCUMENT, HEALTH)

DESCRIPTION = (
    "How the parts of Wardbell meet. Each scope has one authority: a ward's gateway, or the call centre. `send` is what "
    "the authority publishes, `receive` what it takes. Retained state serves late joiners and is never the truth: "
    "follow the events by epoch and seq, and ask for a snapshot after a gap. The rules in prose: bus.md."
)


def document() -> Json:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Wardbell bus", "version": "1.0.0", "description": DESCRIPTION, "license": {"name": "MIT"}},
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "127.0.0.1:1883",
                "protocol": "mqtt",
                "protocolVersion": "3.1.1",
                "description": "Any MQTT 3.1.1 broker.",
            }
        },
        "channels": {channel.name: _channel(channel) for channel in DOCUMENTED},
        "operations": {f"{channel.action}_{channel.name}": _operation(channel) for channel in DOCUMENTED},
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def _channel(channel: Channel) -> Json:
    message = channel.payload.__name__
    described: Json = {
        "address": channel.address,
        "summary": channel.summary,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
    }
    names = [level[1:-1] for level in channel.address.split("/") if level.startswith("{")]
    if names:
        described["parameters"] = {name: {"description": PARAMETERS[name]} for name in names}
    return described


def _operation(channel: Channel) -> Json:
    message = channel.payload.__name__
    return {
        "action": channel.action,
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "messages": [{"$ref": f"#/channels/{channel.name}/messages/{message}"}],
        "bindings": {"mqtt": {"qos": 1, "retain": channel.retain, "bindingVersion": "0.2.0"}},
    }


def _payload_types() -> list[type[Payload]]:
    return sorted({channel.payload for channel in DOCUMENTED}, key=lambda kind: kind.__name__)


def _messages() -> Json:
    return {
        kind.__name__: {
            "contentType": "application/json",
            "payload": {"$ref": REFERENCE.format(name=kind.__name__)},
            "examples": [{"payload": msgspec.to_builtins(example)} for example in EXAMPLES[kind]],
        }
        for kind in _payload_types()
    }


def _schemas() -> Json:
    _, schemas = msgspec.json.schema_components(_payload_types(), ref_template=REFERENCE)
    return dict(sorted(schemas.items()))


if __name__ == "__main__":
    sys.stdout.write(text())
