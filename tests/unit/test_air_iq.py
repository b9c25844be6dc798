from pathlib import Path

import pytest
from radio_air import record

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst, signed
from wardbell_simulator.decode_command import decode
from wardbell_simulator.iq import rate_of, read_cu8
from wardbell_simulator.trains import Train

WORD = CodeWord.from_trits("F1F00F1F0001")


def press(t_us: int) -> list[int]:
    return [-300_000, *signed(burst(WORD, t_us / 4)), -500_000]


def codes_in(path: Path) -> list[str]:
    return [found["code"] for found in decode(Train("iq", read_cu8(path)))["presses"]]


@pytest.mark.parametrize(
    ("name", "rate_hz"),
    [
        ("g001_433.92M_250k.cu8", 250_000),
        ("iq000_PT2262_433.92M_1024k.cu8", 1_024_000),
        ("g002_868M_2M.cu8", 2_000_000),
        ("g003_433.92M.cu8", 250_000),
        ("door_bell.cu8", 250_000),
        ("bench_0k.cu8", 250_000),
    ],
)
def test_the_rate_is_in_the_name(name: str, rate_hz: int) -> None:
    assert rate_of(Path(name)) == rate_hz


@pytest.mark.parametrize("t_us", [80, 150, 350, 464, 1000])
@pytest.mark.parametrize("rate_hz", [250_000, 1_024_000])
def test_a_strong_press_comes_back(t_us: int, rate_hz: int, tmp_path: Path) -> None:
    path = tmp_path / f"x_{rate_hz // 1000}k.cu8"
    record(path, press(t_us), rate_hz=rate_hz, seed=t_us)
    assert codes_in(path) == [WORD.hex]


@pytest.mark.parametrize(("carrier", "snr_db"), [(0.9, 36.0), (0.03, 12.6), (0.3, 5.7), (1.5, 34.5)])
def test_weak_strong_noisy_and_clipped(carrier: float, snr_db: float, tmp_path: Path) -> None:
    path = tmp_path / "x_250k.cu8"
    record(path, press(350), carrier=carrier, snr_db=snr_db, offset_hz=-60_000, seed=9)
    assert codes_in(path) == [WORD.hex]


def test_edges_come_back_where_they_were(tmp_path: Path) -> None:
    path = tmp_path / "x_250k.cu8"
    pulses = press(350)[:-1]
    record(path, pulses)
    found = read_cu8(path)
    assert len(found) == len(pulses)
    assert sum(abs(pulse) for pulse in found) == sum(abs(pulse) for pulse in pulses)
    assert max(abs(a - b) for a, b in zip(found, pulses, strict=True)) <= 24


def test_noise_alone_is_no_press(tmp_path: Path) -> None:
    path = tmp_path / "x_250k.cu8"
    record(path, [-5_000_000], seed=4)
    assert codes_in(path) == []


def test_strong_impulses_do_not_hide_a_press(tmp_path: Path) -> None:
    path = tmp_path / "x_250k.cu8"
    record(path, press(430), impulses_per_s=30, seed=2)
    assert codes_in(path) == [WORD.hex]


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        record(tmp_path / name, press(350), seed=seed)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


@pytest.mark.parametrize("content", [b"", b"\x7f", bytes(10), bytes(4000), b"\xff" * 4000])
def test_a_file_of_nothing_gives_no_press(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.cu8"
    path.write_bytes(content)
    assert codes_in(path) == []
