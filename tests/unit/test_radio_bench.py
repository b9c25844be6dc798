"""The benchmark's own parts: contenders hear what is plain, trials are counted rightly, curves are read rightly."""

import json
import pickle
import shutil
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from radio_bench.captures import trains
from radio_bench.contenders import (
    Contender,
    Report,
    RpiRf,
    WardbellReceiver,
    edge_contenders,
    frame_contenders,
    iq_contenders,
)
from radio_bench.curves import Point, crossing_db
from radio_bench.plot import draw
from radio_bench.report import print_section
from radio_bench.sections import SECTIONS, Size, parts_of
from radio_bench.signals import Batch, Trial, batches, node_press, one_press, overlapping
from radio_bench.trials import Tally, count, run

from wardbell_protocol.air.waveform import signed
from wardbell_simulator.radio.synth import Air, press

CODE = 0x1D4573
OTHER = 0x154C1F

needs_rtl_433 = pytest.mark.skipif(
    shutil.which("rtl_433") is None, reason="rtl_433 is not installed; .ci/system-packages installs it where it may"
)


def contender(name: str) -> Contender:
    return next(one for one in (*edge_contenders(), *iq_contenders()) if one.name == name)


def test_rpi_rf_reads_a_word_from_our_pin_and_clock() -> None:
    durations = [-100_000, *signed(press(CODE, 430, 6))]
    assert {(report.code, report.n_bits) for report in RpiRf().reports(durations)} == {(CODE, 24)}
    assert "RPi" not in sys.modules
    assert vars(sys.modules["rpi_rf.rpi_rf"])["time"] is time


def test_wardbell_reports_each_press_once_and_where_it_began() -> None:
    durations = [*signed(press(CODE, 430)), -600_000, *signed(press(OTHER, 350))]
    reports = list(WardbellReceiver().reports([-100_000, *durations, -100_000]))
    assert [report.code for report in reports] == [CODE, OTHER]
    assert reports[0].at_us == pytest.approx(100_000, abs=60_000)
    assert reports[1].at_us == pytest.approx(100_000 + 4 * 128 * 430 + 600_000, abs=60_000)


@pytest.mark.parametrize("nth", [0, 1, 2])
def test_everybody_who_reads_frames_hears_strong_ones(nth: int) -> None:
    hearer = frame_contenders()[nth]
    tally = run(node_press(2), Air(25.0), [hearer], 3, 1)[hearer.name]
    assert (tally.n_trials, tally.n_all, tally.n_wrong) == (3, 3, 0)


@pytest.mark.parametrize("name", ["wardbell, rxb6", "wardbell, logpeak", "rpi-rf, rxb6", "rpi-rf, logpeak"])
def test_everybody_with_a_data_pin_hears_strong_presses(name: str) -> None:
    hearer = contender(name)
    tally = run(one_press(430, 8), Air(25.0), [hearer], 3, 1)[name]
    assert (tally.n_trials, tally.n_all, tally.n_wrong) == (3, 3, 0)
    assert hearer.air_s > 3 * 8 * 0.055
    assert hearer.cpu_s > 0


@needs_rtl_433
@pytest.mark.parametrize("name", ["rtl_433", "rtl_433, best setting"])
def test_rtl_433_hears_what_is_above_its_limit_and_nothing_below(name: str) -> None:
    # radio.md 3.2: 99 % at +7.8 and +4.0 dB, nothing at 0 dB.
    assert run(one_press(430, 4), Air(9.0), [contender(name)], 10, 2)[name].n_all == 10
    assert run(one_press(430, 4), Air(-1.0), [contender(name)], 10, 3)[name].n_all == 0


def test_rpi_rf_stands_where_it_was_measured() -> None:
    # radio.md 3.2, on rxb6 edges: 50 % at 7.1, 99 % at 11.2 dB, nothing at 2 dB. A model a few dB off is noticed.
    name = "rpi-rf, rxb6"
    heard = [run(one_press(430, 4), Air(snr_db), [contender(name)], 20, 4)[name].n_all for snr_db in (2.0, 7.0, 13.0)]
    assert heard[0] <= 2
    assert 5 <= heard[1] <= 17
    assert heard[2] >= 18


@pytest.mark.parametrize(
    ("name", "snr_db", "n_trials", "least"),
    # Where about nine of ten presses of 4 words are heard; with a decibel less it is two of three.
    [("wardbell, rxb6", 1.0, 40, 34), ("wardbell-iq", -12.0, 16, 11)],
)
def test_wardbell_hears_presses_that_its_peers_do_not(name: str, snr_db: float, n_trials: int, least: int) -> None:
    hearers = [contender(name), contender("rpi-rf, rxb6")]
    tallies = run(one_press(430, 4), Air(snr_db), hearers, n_trials, 6)
    assert tallies[name].n_all >= least
    assert tallies[name].n_wrong == 0
    assert tallies["rpi-rf, rxb6"].n_all == 0


def test_everybody_gets_the_same_trials() -> None:
    first, again, other = (list(batches(one_press(350, 4), Air(10.0), 12, seed)) for seed in (5, 5, 6))
    assert len(first) > 1
    assert sum(len(batch.trials) for batch in first) == 12
    assert [batch.trials for batch in first] == [batch.trials for batch in again] != [batch.trials for batch in other]
    assert all(np.array_equal(one.iq, same.iq) for one, same in zip(first, again, strict=True))


def test_overlapping_presses_overlap_by_half() -> None:
    source = np.random.default_rng(1)
    for _ in range(20):
        codes, sent = overlapping(3, 430, 4, 10.0)(1e6, source)
        starts_us = sorted(transmission.start_us for transmission in sent)
        assert len(set(codes)) == 3
        assert starts_us[0] == 1e6
        assert starts_us[-1] <= 1e6 + 64 * 430 * 4
        assert [transmission.level_db for transmission in sent] == [0, -10, -20]


def test_a_code_counts_for_the_press_it_was_heard_in() -> None:
    trials = [Trial((CODE, OTHER), 1e6, 1.2e6), Trial((CODE,), 2e6, 2.2e6)]
    batch = Batch(np.zeros(0, np.complex64), 0.0, trials)
    tally = Tally()
    count(
        batch,
        [Report(CODE, 24, 1.1e6), Report(OTHER, 24, 1.15e6), Report(OTHER, 24, 2.1e6), Report(1, 5, 2.1e6)],
        tally,
    )
    assert tally == Tally(n_trials=2, n_all=1, n_strongest=1, n_wrong=1, n_short=1)


def test_a_share_is_read_between_points() -> None:
    points = [Point(0, 100, 0), Point(1, 100, 40), Point(2, 100, 60), Point(3, 100, 100)]
    assert crossing_db(points, 0.5) == pytest.approx(1.5)
    assert crossing_db(points, 0.9) == pytest.approx(2.75)
    assert crossing_db(points[2:], 0.5) is None
    assert crossing_db(points[:2], 0.5) is None


def test_points_that_fall_are_averaged() -> None:
    points = [Point(0, 100, 0), Point(1, 100, 60), Point(2, 100, 40), Point(3, 100, 100)]
    assert crossing_db(points, 0.5) == pytest.approx(1.0)
    assert crossing_db(points, 0.75) == pytest.approx(2.5)


def test_the_picture_is_well_formed_and_names_everybody_once() -> None:
    curve = [vars(Point(snr_db, 10, max(0, min(10, snr_db)))) for snr_db in range(12)]
    tally = {"rtl_433": vars(Tally(10, 5, 6, 0, 0)), "wardbell, rxb6": vars(Tally(10, 9, 10, 0, 0))}
    picture = draw(
        {
            "sensitivity": [
                {
                    "t_us": 430,
                    "words": n_words,
                    "curves": {"wardbell, rxb6": curve, "rtl_433": curve},
                    "at_db": {"bound: words combined": [-18, -16, -14]},
                }
                for n_words in (4, 16)
            ],
            "impulses": [{"per_s": 30, "tallies": tally}],
            "collisions": [{"n_remotes": 2, "n_words": 4, "step_db": 0, "tallies": tally}],
        }
    )
    root = ElementTree.fromstring(picture)
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert texts.count("wardbell, rxb6") == texts.count("rtl_433") == 1
    assert len([element for element in root.iter() if element.tag.endswith("polyline")]) == 6


def test_recordings_are_scored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    durations = [-100_000, *signed(press(CODE, 430))]
    row = {"id": "a", "pulses": durations, "expect_code": f"{CODE:06X}", "other_codes": {}}
    (tmp_path / "words.jsonl").write_text(json.dumps(row) + "\n" + json.dumps({**row, "expect_code": "155555"}) + "\n")
    (tmp_path / "not_words.jsonl").write_text(json.dumps({"id": "n", "pulses": durations}) + "\n")
    monkeypatch.setattr("radio_bench.captures.CAPTURES", tmp_path)
    assert trains({"wardbell": WardbellReceiver()}) == {
        "words": 2,
        "not words": 1,
        "scores": {"wardbell": {"right": 1, "wrong": 1, "24 bits in not words": 1, "any code in not words": 1}},
    }


def test_a_section_runs_and_prints_a_line_for_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    parts = [part.run() for part in parts_of("impulses", Size(n_presses=1, n_trials=1, hours=0.001))]
    print_section("impulses", parts)
    printed = capsys.readouterr().out
    assert [part["per_s"] for part in parts] == [30, 100, 300]
    for one in (*edge_contenders(), *iq_contenders()):
        assert printed.count(f"\n{one.name} ") == 1


@pytest.mark.parametrize("name", SECTIONS)
def test_every_part_can_be_sent_to_another_process(name: str) -> None:
    parts = parts_of(name, Size(10, 10, 0.1))
    assert pickle.loads(pickle.dumps(parts)) == parts != []
