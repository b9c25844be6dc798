"""The link on a line that does everything to it: exactly once, in order, and nothing raises."""

import binascii

from hypothesis import given, settings
from hypothesis import strategies as st
from link_pair import LinkPair

from wardbell_protocol.link.frame import FrameReader, crc16, encode_frame
from wardbell_protocol.link.peer import LinkPeer


@given(
    seed=st.integers(0, 2**32 - 1),
    per_mille=st.integers(0, 150),
    most_delay_ms=st.integers(0, 1_500),
    plan=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 700)), max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_a_bad_wire_delivers_exactly_once_in_order(
    seed: int, per_mille: int, most_delay_ms: int, plan: list[tuple[str, int]]
) -> None:
    pair = LinkPair(seed, per_mille, most_delay_ms)
    for number, (who, pause_ms) in enumerate(plan):
        pair.send(who, number)
        pair.wait(pause_ms)
        assert pair.got["a"] == pair.sent["b"][: len(pair.got["a"])]
        assert pair.got["b"] == pair.sent["a"][: len(pair.got["b"])]
    pair.mend()
    pair.wait(60_000)
    assert (pair.got["a"], pair.got["b"]) == (pair.sent["b"], pair.sent["a"])
    assert (pair.peers["a"].unacknowledged, pair.peers["b"].unacknowledged) == (0, 0)


@given(chunks=st.lists(st.binary(max_size=600), max_size=8))
def test_any_bytes_are_taken(chunks: list[bytes]) -> None:
    peer = LinkPeer("a", 1)
    for now_ms, chunk in enumerate(chunks):
        peer.receive(chunk, now_ms)
        peer.poll(now_ms)
    assert all(n > 0 for n in peer.counts().values())


@given(frames=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.binary(max_size=60)), max_size=12))
def test_any_whole_frames_are_taken(frames: list[tuple[int, int, bytes]]) -> None:
    peer = LinkPeer("a", 1)
    peer.send({"t": "stations", "n": 1}, 0)
    for now_ms, (kind, epoch, body) in enumerate(frames):
        peer.receive(encode_frame(kind, epoch, body), now_ms)
        peer.poll(now_ms)


@given(kind=st.integers(0, 255), epoch=st.integers(0, 2**30 - 1), body=st.binary(max_size=480), cut=st.integers(1, 64))
def test_frames_survive_whatever_is_in_them_and_however_they_are_cut(
    kind: int, epoch: int, body: bytes, cut: int
) -> None:
    frame = encode_frame(kind, epoch, body)
    reader = FrameReader()
    found = [got for at in range(0, len(frame), cut) for got in reader.receive(frame[at : at + cut])]
    assert found == [(kind, epoch, body)]
    assert reader.rejects == {}


@given(st.binary(max_size=500))
def test_the_crc_is_the_one_that_python_knows(data: bytes) -> None:
    assert crc16(data) == binascii.crc_hqx(data, 0xFFFF)
