"""One seed, one history: however time is cut up, and whatever is on the air."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from wardbell_simulator.carriers import NoiseSpec
from wardbell_simulator.clock import Timeline
from wardbell_simulator.ether import Ether, Link

END_US = 400_000

sends = st.lists(
    st.tuples(
        st.integers(0, 200_000),
        st.sampled_from(["a", "b", "c"]),
        st.lists(st.integers(1, 5_000), min_size=2, max_size=40).filter(lambda durations: len(durations) % 2 == 0),
        st.floats(-0.2, 0.2),
    ),
    max_size=8,
)
noises = st.builds(NoiseSpec, st.floats(0, 2_000), st.floats(5, 500), st.floats(0, 1))
cuts = st.lists(st.integers(1, END_US), max_size=12).map(sorted)
History = list[tuple[int, str, list[int], float]]


def heard(sent: History, noise: NoiseSpec, seed: int, stops: list[int]) -> tuple[list[int], int]:
    timeline = Timeline()
    ether = Ether(timeline, seed)
    pulses: list[int] = []
    end_us = 0

    def take() -> None:
        nonlocal end_us
        new, end_us = ear.take()
        pulses.extend(new)

    ear = ether.listen("ear", take, noise)
    ear.switch(True)
    for name, level_db in (("a", 30.0), ("b", 20.0), ("c", 10.0)):
        ether.link(name, "ear", Link(level_db, word_loss=0.3, burst_loss=0.1))
    for at_us, name, durations, error in sent:
        timeline.at(at_us, lambda n=name, d=durations, e=error: ether.send(n, d, e))  # type: ignore[misc]
    for stop_us in [*stops, END_US]:
        timeline.run_until(stop_us)
        take()
    return pulses, end_us


@settings(max_examples=60, deadline=None)
@given(sends, noises, st.integers(0, 9), cuts)
def test_edges_do_not_depend_on_how_time_is_cut_up(
    sent: History, noise: NoiseSpec, seed: int, stops: list[int]
) -> None:
    assert heard(sent, noise, seed, stops) == heard(sent, noise, seed, [])


@settings(max_examples=60, deadline=None)
@given(sends, noises, st.integers(0, 9), cuts)
def test_durations_alternate_and_fill_the_time(sent: History, noise: NoiseSpec, seed: int, stops: list[int]) -> None:
    pulses, end_us = heard(sent, noise, seed, stops)
    assert all(pulses)
    assert all((one > 0) != (two > 0) for one, two in pairwise(pulses))
    assert sum(map(abs, pulses)) == end_us <= END_US


def test_another_seed_is_another_history() -> None:
    noise = NoiseSpec(1_000, 100)
    assert heard([], noise, 1, []) != heard([], noise, 2, [])
