"""A lost frame on a busy line, and two lives of one sender in one read."""

import struct

from wardbell_protocol.link.frame import DATA, HELLO, encode_frame
from wardbell_protocol.link.peer import RESEND_MS, LinkMessage, LinkPeer


def _hello(epoch: int) -> bytes:
    return encode_frame(HELLO, epoch, struct.pack(">BQIIIB", 1, 0, 1, 1, 0, 0))


def _data(epoch: int, seq: int) -> bytes:
    return encode_frame(DATA, epoch, struct.pack(">I", seq) + b'{"t": "stations", "n": %d}' % seq)


def _messages(peer: LinkPeer, data: bytes) -> "list[LinkMessage]":
    return [event for event in peer.receive(data, 0) if isinstance(event, LinkMessage)]


def test_a_lost_message_is_sent_again_however_busy_the_line_is() -> None:
    sender, hearer = LinkPeer("a", 11), LinkPeer("b", 22)
    sender.receive(_hello(22), 0)
    hearer.receive(_hello(11), 0)
    sender.take_output()
    sender.send({"t": "stations", "n": 0}, 0)
    assert sender.take_output()  # lost
    got: list[object] = []
    for now_ms in range(RESEND_MS // 4, 2 * RESEND_MS, RESEND_MS // 4):
        sender.send({"t": "stations", "n": now_ms}, now_ms)
        sender.poll(now_ms)
        got += [event.message["n"] for event in _messages(hearer, sender.take_output())]
    assert got[:1] == [0]


def test_accepting_the_last_words_of_a_sender_says_nothing_of_its_next_life() -> None:
    peer = LinkPeer("b", 2)
    peer.receive(_hello(9), 0)
    messages = _messages(peer, _data(9, 1) + _data(9, 2) + _hello(10) + _data(10, 1))
    for message in messages[:2]:
        peer.accept(message)
    assert [message.message["n"] for message in messages] == [1, 2, 1]
    again = _messages(peer, _data(10, 1) + _data(10, 2))  # what was not accepted is offered again
    assert [(message.epoch, message.seq) for message in again] == [(10, 1), (10, 2)]
