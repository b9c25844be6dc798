"""Two ends of the link on a good line, a dead one, and after a restart."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from link_pair import LinkPair

from wardbell_protocol.errors import EncodeError
from wardbell_protocol.link.frame import DATA, HELLO, encode_frame
from wardbell_protocol.link.messages import MESSAGES, OPTIONAL, UNKNOWN, check_message
from wardbell_protocol.link.peer import DEAD_AFTER_MS, LinkMessage, LinkPeer, LinkUp

GOOD = {"t": "stations", "n": 1}
PROTOCOL = Path(__file__).parents[2] / "protocol"
VECTORS: dict[str, Any] = json.loads((PROTOCOL / "vectors" / "link.json").read_text())


def test_messages_cross_in_order_both_ways() -> None:
    pair = LinkPair()
    for n in range(50):
        pair.send("a", n)
        pair.send("b", 100 + n)
    pair.wait(2_000)
    assert pair.got == {"a": list(range(100, 150)), "b": list(range(50))}
    assert (pair.peers["a"].unacknowledged, pair.peers["b"].unacknowledged) == (0, 0)


def test_both_know_each_other_within_two_heartbeats() -> None:
    pair = LinkPair()
    pair.wait(2_000)
    assert pair.events == {"a": ["LinkUp"], "b": ["LinkUp"]}
    assert (pair.peers["a"].peer_name, pair.peers["b"].peer_name) == ("b", "a")


def test_a_line_that_dies_is_noticed_and_its_messages_wait_without_spinning() -> None:
    pair = LinkPair()
    pair.wait(2_000)
    for wire in pair.wires.values():
        wire.per_mille = 1000
    for n in range(20):
        pair.send("a", n)
    pair.wait(DEAD_AFTER_MS + 1_000)
    assert pair.events["a"] == ["LinkUp", "LinkDown"]
    pair.wait(600_000)
    pair.mend()
    pair.wait(3_000)
    assert pair.got["b"] == list(range(20))
    assert pair.events["a"] == ["LinkUp", "LinkDown", "LinkUp"]


def test_a_deadline_is_always_known() -> None:
    peer = LinkPeer("a", 1)
    assert peer.next_deadline_ms() <= 0
    peer.poll(5)
    assert 5 < peer.next_deadline_ms() <= 1_005
    peer.line_lost()
    assert peer.next_deadline_ms() <= 5


def test_what_is_not_accepted_is_offered_again() -> None:
    pair = LinkPair()
    pair.wait(2_000)
    pair.is_accepting = False
    pair.send("a", 1)
    pair.wait(1_000)
    assert pair.peers["a"].unacknowledged == 1
    assert len(pair.got["b"]) > 1
    pair.is_accepting = True
    pair.wait(1_000)
    assert pair.peers["a"].unacknowledged == 0
    assert set(pair.got["b"]) == {1}


def test_a_message_that_comes_twice_in_one_read_is_given_once() -> None:
    peer = LinkPeer("b", 2)
    hello = encode_frame(HELLO, 9, struct.pack(">BQIIIB", 1, 0, 1, 1, 0, 0))
    data = [encode_frame(DATA, 9, struct.pack(">I", seq) + b'{"t": "stations", "n": %d}' % seq) for seq in (1, 2)]
    events = peer.receive(hello + (data[0] + data[1]) * 2, 0)
    messages = [event for event in events if isinstance(event, LinkMessage)]
    assert [message.seq for message in messages] == [1, 2]
    # Not accepted, so the next copy is offered again; accepted, it is not.
    assert [event.seq for event in peer.receive(data[0], 0) if isinstance(event, LinkMessage)] == [1]
    peer.accept(messages[1])
    assert peer.receive(data[0] + data[1], 0) == []


def test_a_line_that_stalls_longer_than_the_resend_delivers_once() -> None:
    pair = LinkPair(most_delay_ms=2_000)
    for n in range(30):
        pair.send("a", n)
        pair.wait(150)
    pair.wait(30_000)
    assert pair.got["b"] == list(range(30))


def test_a_full_queue_loses_its_oldest_and_counts() -> None:
    pair = LinkPair(queue_limit=10)
    for n in range(25):
        pair.peers["a"].send({"t": "stations", "n": n}, 0)
    assert (pair.peers["a"].unacknowledged, pair.peers["a"].dropped) == (10, 15)
    pair.wait(3_000)
    assert pair.got["b"] == list(range(15, 25))


def test_a_queue_that_overflows_while_the_line_is_slow_goes_on() -> None:
    pair = LinkPair(most_delay_ms=900, queue_limit=10)
    pair.wait(3_000)
    for n in range(60):
        pair.send("a", n)
        pair.wait(20)
    pair.wait(20_000)
    assert pair.got["b"] == sorted(set(pair.got["b"]))
    assert pair.got["b"][-10:] == list(range(50, 60))
    assert len(pair.got["b"]) + pair.peers["a"].dropped >= 60


def test_at_least_512_messages_wait() -> None:
    pair = LinkPair()
    for n in range(512):
        pair.peers["a"].send({"t": "stations", "n": n}, 0)
    pair.wait(5_000)
    assert pair.got["b"] == list(range(512))
    assert pair.peers["a"].dropped == 0


def test_a_peer_that_starts_anew_gets_what_the_old_one_had_not_made_safe() -> None:
    pair = LinkPair()
    pair.send("a", 1)
    pair.wait(2_000)
    pair.restart("b", 23)
    pair.send("a", 2)
    pair.wait(3_000)
    assert pair.got["b"] == [2]
    assert pair.events["a"] == ["LinkUp", "LinkUp"]


def test_a_sender_that_starts_anew_counts_from_one_and_is_believed() -> None:
    pair = LinkPair()
    for n in range(5):
        pair.send("a", n)
    pair.wait(2_000)
    pair.restart("a", 12)
    pair.send("a", 77)
    pair.wait(3_000)
    assert pair.got["b"] == [0, 1, 2, 3, 4, 77]


def test_data_of_an_unknown_epoch_waits_for_its_introduction() -> None:
    peer = LinkPeer("b", 2)
    data = encode_frame(DATA, 9, struct.pack(">I", 1) + b'{"t": "stations", "n": 1}')
    assert peer.receive(data, 0) == []
    assert peer.counts() == {"epoch": 1}
    assert peer.take_output()  # asks who that is


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"t": []}',
        b'{"t": "tea"}',
        b'{"t": "stations"}',
        b'{"t": "stations", "n": true}',
        b"\xff",
        b"[" * 400,
    ],
)
def test_a_whole_frame_of_another_dialect_is_passed_on_as_unknown(body: bytes) -> None:
    peer = LinkPeer("b", 2)
    hello = struct.pack(">BQIIIB", 1, 0, 1, 1, 0, 0)
    events = peer.receive(encode_frame(HELLO, 9, hello) + encode_frame(DATA, 9, struct.pack(">I", 1) + body), 0)
    assert isinstance(events[0], LinkUp)
    assert isinstance(events[1], LinkMessage)
    assert events[1].message == {"t": UNKNOWN}
    assert peer.counts() == {"message": 1}


def test_another_version_is_counted_and_not_believed() -> None:
    peer = LinkPeer("b", 2)
    assert peer.receive(encode_frame(HELLO, 9, struct.pack(">BQIIIB", 2, 0, 1, 1, 0, 0)), 0) == []
    assert (peer.is_up, peer.counts()) == (False, {"version": 1})


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ({"t": "tea"}, "unknown kind 'tea'"),
        ({"t": ["stations"]}, "unknown kind"),
        ({"t": "stations"}, "n must be int"),
        ({"t": "stations", "n": "1"}, "n must be int"),
        ({"t": "stations", "n": True}, "n must be int"),
        ({"t": "health", "ok": True, "text": "x" * 500}, "too long"),
    ],
)
def test_our_own_mistakes_are_refused_at_once(message: dict[str, object], complaint: str) -> None:
    with pytest.raises(EncodeError, match=complaint):
        LinkPeer("a", 1).send(message, 0)


def test_a_message_that_is_no_object_is_refused() -> None:
    with pytest.raises(EncodeError, match="not an object"):
        check_message([GOOD])


def test_the_spec_names_every_message_and_field() -> None:
    spec = (PROTOCOL / "spec" / "link.md").read_text()
    rows = {line.split("|")[1].strip(" `"): line for line in spec.splitlines() if line.startswith("| `")}
    assert {kind for kind in rows if kind in MESSAGES} == set(MESSAGES)
    for kind, fields in MESSAGES.items():
        cell = rows[kind].split("|")[2]
        words = {word.strip() for word in cell.split(",") if word.strip()}
        assert {word.strip("`") for word in words if not word.startswith("(")} == set(fields), kind
        assert {word.strip("()`") for word in words if word.startswith("(")} == set(OPTIONAL.get(kind, {})), kind


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["name"])
def test_messages(vector: dict[str, Any]) -> None:
    if not vector["complaint"]:
        check_message(vector["message"])
        return
    with pytest.raises(EncodeError, match=vector["complaint"]):
        check_message(vector["message"])


def test_a_key_is_not_shown_by_the_message_that_carries_it() -> None:
    assert "c0ffee" not in repr(LinkMessage(1, {"t": "station", "key": "c0ffee" * 6}, 1))
