"""The survey on the receiver's own display."""

from wardbell_firmware.receiver.survey import PATIENCE_MS, SHOWN_MS, Survey


def test_a_press_is_read_on_the_display_for_some_seconds() -> None:
    survey = Survey()
    survey.heard("203-2", True, 2, 84, 0)
    assert (survey.is_on, survey.has_page, survey.next_deadline_ms()) == (False, False, None)
    survey.toggle(1000)
    assert (survey.has_page, survey.lines) == (True, ("Survey: press", "the buttons"))
    survey.heard("203-2", True, 2, 84, 2000)
    assert survey.lines == ("203-2         84", "good 2 frames")
    survey.heard("203-2", False, 8, 87, 4000)
    assert survey.lines == ("203-2         87", "fair 8 words")
    assert survey.next_deadline_ms() == 4000 + SHOWN_MS
    survey.poll(4000 + SHOWN_MS)
    assert (survey.is_on, survey.has_page) == (True, False)
    survey.heard("Sunflower Hall 12", True, 1, 57, 20_000)
    assert survey.lines == ("Sunflower Ha  57", "weak 1 frames")
    survey.toggle(21_000)
    assert (survey.is_on, survey.has_page) == (False, False)


def test_a_survey_that_was_forgotten_is_over() -> None:
    survey = Survey()
    survey.toggle(0)
    survey.poll(SHOWN_MS)
    due_ms = survey.next_deadline_ms()
    assert due_ms == PATIENCE_MS
    survey.poll(due_ms)
    assert (survey.is_on, survey.next_deadline_ms()) == (False, None)
