"""Something to be said on the bus."""

import json


class Publication:
    """A payload for a topic; `retain`: the broker keeps it for whoever comes later."""

    def __init__(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.topic = topic
        self.payload = payload
        self.retain = retain

    @staticmethod
    def of(topic: str, fields: "dict[str, object]", retain: bool = False) -> "Publication":
        """A payload of these fields, in the version of protocol/spec/bus.md."""
        return Publication(topic, json.dumps(dict(fields, v=1)).encode(), retain)

    def __repr__(self) -> str:
        return "Publication(%r, %r, %r)" % (self.topic, self.payload, self.retain)
