"""The pty behaves like a port whose cable can be pulled; pyserial is at the other end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from servers import DEADLINE_S, wait_until

from wardbell_protocol.errors import ConfigError
from wardbell_simulator.serial_line import BufferLine, PtyLine


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PtyLine]:
    line = PtyLine(tmp_path / "ports" / "receiver")
    yield line
    line.close()


def test_every_byte_passes_both_ways(line: PtyLine) -> None:
    every = bytes(range(256))
    with serial.Serial(str(line.path), timeout=DEADLINE_S) as port:
        line.send(every)
        assert port.read(256) == every
        port.write(every)
        got = bytearray()

        def has_all() -> bool:
            got.extend(line.take())
            return len(got) >= len(every)

        wait_until(has_all, "all of it")
        assert got == every


def test_pulled_the_open_port_fails_and_the_path_is_gone(line: PtyLine) -> None:
    with serial.Serial(str(line.path), timeout=DEADLINE_S) as port:
        line.pull()
        with pytest.raises(serial.SerialException):
            port.read(1)
        assert not line.path.exists()
        assert line.fileno() is None
        line.send(b"lost")
        assert line.take() == b""


def test_plugged_in_again_the_same_path_opens(line: PtyLine) -> None:
    line.pull()
    line.plug()
    with serial.Serial(str(line.path), timeout=DEADLINE_S) as port:
        line.send(b"again")
        assert port.read(5) == b"again"


def test_with_nobody_there_the_line_takes_what_fits_and_loses_the_rest(line: PtyLine) -> None:
    for _ in range(100):
        line.send(bytes(4_096))
    with serial.Serial(str(line.path), timeout=DEADLINE_S) as port:
        line.send(b"new")
        assert port.read(3) == b"new"  # opening it flushed what nobody had read


def test_closed_nothing_is_left(line: PtyLine) -> None:
    line.close()
    assert list(line.path.parent.iterdir()) == []
    line.close()


def test_a_file_that_stands_in_the_way_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("kept")
    with pytest.raises(ConfigError, match="is a file"):
        PtyLine(path)
    assert path.read_text() == "kept"


def test_a_second_ward_s_link_is_not_taken_away(line: PtyLine) -> None:
    second = PtyLine(line.path)
    line.close()
    assert second.path.exists()
    second.close()


def test_buffers_pass_bytes_while_they_are_plugged() -> None:
    line = BufferLine()
    line.send(b"up")
    line.host_writes(b"down")
    assert (line.host_reads(), line.take()) == (b"up", b"down")
    line.host_writes(b"on the way")
    line.pull()
    line.send(b"x")
    line.host_writes(b"y")
    line.plug()
    assert (line.host_reads(), line.take()) == (b"", b"")
