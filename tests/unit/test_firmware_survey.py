"""The survey on the receiver's own display."""

from firmware_bench import DeskBench, keyed, sealed

from wardbell_firmware.drivers.glyphs import BELL
from wardbell_firmware.receiver.survey import PATIENCE_MS, SHOWN_MS, Survey
from wardbell_protocol.calls.station import Station

AT_BED = Station("s1", "203", "2")


def test_a_press_is_read_on_the_display_for_some_seconds() -> None:
    survey = Survey()
    survey.heard(AT_BED, True, 2, 84, 0)
    assert (survey.is_on, survey.has_page, survey.next_deadline_ms()) == (False, False, None)
    survey.toggle(1000)
    assert (survey.has_page, survey.page("", "")) == (True, ("Survey: press", "the buttons"))
    survey.heard(AT_BED, True, 2, 84, 2000)
    assert survey.page("", "") == ("203-2  84", "good x2")
    survey.heard(AT_BED, False, 8, 87, 4000)
    assert survey.page(BELL + "12", "45s") == (f"203-2  87    {BELL}12", "fair x8      45s")
    assert survey.next_deadline_ms() == 4000 + SHOWN_MS
    survey.poll(4000 + SHOWN_MS)
    assert (survey.is_on, survey.has_page) == (True, False)
    survey.heard(Station("s9", "Sunflower Hall", "12"), True, 1, 57, 20_000)
    assert survey.page("", "") == ("SnflwrHll-12  57", "weak x1")
    assert survey.page(BELL + "64", "")[0] == f"SnflH-12  57 {BELL}64"
    survey.heard(Station("s9", "203室", "2床"), True, 1, 57, 20_000)
    assert survey.page("", "")[0] == "203-2  57"
    survey.heard(Station("s9", "向日葵", ""), True, 1, 57, 20_000)
    assert survey.page("", "")[0] == "s9  57"
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


# At the desk.


def surveying() -> DeskBench:
    bench = DeskBench(4, has_host=False)
    bench.enrol(keyed(1), *[dict(keyed(n), node_id=None, key="") for n in (2, 3)])
    bench.hold(3100, "ack", "mute")
    return bench


def test_two_keys_held_begin_it_and_end_it() -> None:
    bench = surveying()
    assert bench.lines == ("Survey: press", "the buttons")
    bench.send_frame(sealed(1, 1), 3)
    assert bench.lines == (f"201-1 100     {BELL}1", "good x1       0s")
    bench.wait(2000)
    assert bench.lines[1] == "good x3       2s"
    bench.wait(SHOWN_MS)
    assert bench.lines[1].startswith("Calling!!!")
    bench.hold(3100, "mute", "ack")
    bench.send_frame(sealed(1, 2))
    assert bench.lines[1].startswith("Calling!!!")


def test_its_presses_call_and_its_keys_answer_as_ever() -> None:
    bench = surveying()
    bench.send_frame(sealed(1, 1))
    assert bench.tone_hz or any(bench.tones_heard)
    bench.tap("ack")
    bench.wait(SHOWN_MS + 2000)
    assert bench.lines[1].startswith("I know!")


def test_another_place_that_calls_has_the_display_at_once() -> None:
    bench = surveying()
    bench.send_frame(sealed(1, 1))
    bench.press(2, "emergency")
    assert bench.lines[0].startswith("202-1 EMERG")
    bench.wait(2000)  # and the press of the survey that ends now does not take it back
    assert not bench.lines[1].startswith("good")


def test_an_unknown_remote_is_told_by_its_code() -> None:
    bench = surveying()
    bench.press(9)
    assert bench.lines[1] in ("good x2", "fair x2")
    assert len(bench.lines[0].split()[0]) == 6


def test_one_of_both_keys_alone_does_what_it_always_does() -> None:
    bench = DeskBench(4, has_host=False)
    bench.press(1)
    bench.hold(1000, "ack", "mute")  # not long enough
    assert bench.lines[1].startswith("Calling!!!")
    bench.tap("ack")
    assert bench.lines[1].startswith("I know!")


def test_what_a_key_does_is_about_the_place_that_the_survey_shows() -> None:
    bench = surveying()
    bench.press(3)
    bench.tap("ack")
    bench.press(2, "unplugged")
    bench.wait(SHOWN_MS)
    bench.tap("ack")
    assert [call.status for call in bench.desk.board.open_calls()] == ["acknowledged", "acknowledged"]
    bench.press(2)
    bench.wait(100)
    assert bench.lines[1].startswith("good")
    bench.change("ack", True)
    bench.wait(1_100)
    assert bench.lines[0].startswith("202-1")
    assert bench.lines[1].startswith("Clear in 2 s")
    bench.wait(2_100)
    bench.change("ack", False)
    left = {(call.station_id, call.detail) for call in bench.desk.board.open_calls()}
    assert left == {("S2", "unplugged"), ("S3", "")}


def test_the_lessons_keys_and_page_are_one_while_a_survey_is_on() -> None:
    bench = surveying()
    bench.wait(SHOWN_MS)
    bench.hold(3100, "ack", "browse")
    bench.press(9)
    bench.wait(300)
    assert bench.lines[0] == "Press it again"
