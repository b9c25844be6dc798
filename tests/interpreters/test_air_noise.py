from collections.abc import Callable


def test_noise_allocates_nothing_and_weak_words_are_the_same_on_both(run_both: Callable[..., str]) -> None:
    output = run_both("air_noise.py")
    assert output.startswith("noise 0 ")
    assert "('noise', 0)" not in output.splitlines()[0]  # somebody has looked
    assert output.count("PressStarted") == 8
