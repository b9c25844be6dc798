"""What `wardbell roster` shows: who is on duty, the days to come, what is missing, what was entered."""

from collections.abc import Iterable
from dataclasses import replace

from wardbell_bus.columns import aligned
from wardbell_callcenter.house import House
from wardbell_callcenter.roster.calendar import day_kind, day_name, periods_at
from wardbell_callcenter.roster.change import RosterChange
from wardbell_callcenter.roster.duty import Duty, Place, on_duty, plan
from wardbell_callcenter.roster.gaps import Gap, gaps
from wardbell_callcenter.roster.house_clock import local
from wardbell_callcenter.roster.look import Look, house_of
from wardbell_callcenter.roster.rotation import ShiftTime, shifts_between
from wardbell_callcenter.roster.wording import Wording

NOTHING, FOUND = 1, 0


def who(look: Look) -> tuple[list[str], int]:
    """Who is on duty, and with `--why` how that came to be; 1 where nobody is. Of the past: by the document that counted then."""
    at_ms = look.moment_ms("at", look.now_ms)
    house = look.house if at_ms >= look.now_ms else house_of(look.ledger.houses.counted_at(at_ms))
    changes = look.ledger.roster.around(at_ms)
    duties = [duty for roster in look.rosters() for duty in on_duty(house, roster, changes, at_ms)]
    rows = [_duty_row(look.words, duty) for duty in duties]
    if look.options.why:
        rows += [_away_row(look.words, place) for place in _away(house, look.rosters(), changes, at_ms)]
    head = tuple(look.words.text(key) for key in ("roster", "who", "shift", "from", "until", "why"))
    n_columns = len(head) if look.options.why else len(head) - 1
    lines = [_now(look.words, house, at_ms), ""]
    lines += aligned([row[:n_columns] for row in (head, *rows)]) if rows else []
    lines += [] if duties else [look.words.text("nobody")]
    return lines, FOUND if duties else NOTHING


def _now(words: Wording, house: House, at_ms: int) -> str:
    day = local(at_ms, house.time_zone).date()
    kind, name = words.text(day_kind(house.calendar, day)), day_name(house.calendar, day, words.language)
    kind += words.text("day_name", name=name) if name else ""
    periods = "".join(f", {name}" for name in periods_at(house.calendar, house.time_zone, at_ms))
    return words.text("now", at=words.at(at_ms), zone=house.time_zone, kind=kind, periods=periods)


def _duty_row(words: Wording, duty: Duty) -> tuple[str, ...]:
    shift = duty.shift or words.text("added_to")
    return duty.roster, duty.agent, shift, words.at(duty.from_ms), words.at(duty.until_ms), words.reasons(duty.why)


def _away_row(words: Wording, place: Place) -> tuple[str, ...]:
    duty = Duty(place.agent, place.roster, place.shift, place.from_ms, place.until_ms, place.why)
    return _duty_row(words, replace(duty, agent=words.text("away", agent=place.agent)))


def _away(house: House, rosters: Iterable[str], changes: list[RosterChange], at_ms: int) -> Iterable[Place]:
    return [place for roster in rosters for place in plan(house, roster, changes, at_ms, at_ms + 1) if place.is_away]


def week(look: Look) -> tuple[list[str], int]:
    """Each shift of the days asked for, who works it, and how many are missing."""
    from_ms, until_ms = look.days_ms()
    changes = look.changes(from_ms, until_ms)
    missing = [gap for gap in gaps(look.house, changes, from_ms, until_ms) if gap.kind == "short"]
    lines: list[str] = []
    for roster in look.rosters():
        places = plan(look.house, roster, changes, from_ms, until_ms)
        shifts = shifts_between(look.house, look.house.rosters[roster], from_ms, until_ms)
        rows = [
            _shift_row(look.words, worked, places, [gap for gap in missing if gap.roster == roster])
            for worked in shifts
        ]
        rows += [_added_row(look.words, place) for place in places if not place.shift and not place.is_away]
        lines += [roster, *(f"  {line}" for line in aligned([row[1:] for row in sorted(rows)]))] if rows else [roster]
    return lines, FOUND


def _shift_row(words: Wording, worked: ShiftTime, places: list[Place], missing: list[Gap]) -> tuple[str, ...]:
    here = [place for place in places if (place.shift, place.day) == (worked.shift, worked.day)]
    people = ", ".join(_person(words, place, worked) for place in here)
    marks = {
        words.gap(gap)
        for gap in missing
        if gap.shift == worked.shift and gap.from_ms < worked.until_ms and gap.until_ms > worked.from_ms
    }
    return _row(words, worked.from_ms, worked.until_ms, worked.shift, people, "; ".join(sorted(marks)))


def _added_row(words: Wording, place: Place) -> tuple[str, ...]:
    return _row(words, place.from_ms, place.until_ms, words.text("added_to"), place.agent, "")


def _row(words: Wording, from_ms: int, until_ms: int, shift: str, people: str, marks: str) -> tuple[str, ...]:
    return (
        f"{from_ms:020}",
        words.at(from_ms),
        f"– {words.hour(until_ms)}",
        shift,
        people,
        f"! {marks}" if marks else "",
    )


def _person(words: Wording, place: Place, worked: ShiftTime) -> str:
    name = words.text("away", agent=place.agent) if place.is_away else place.agent
    if (place.from_ms, place.until_ms) == (worked.from_ms, worked.until_ms):
        return name
    return f"{name} {words.hour(place.from_ms)}–{words.hour(place.until_ms)}"


def gap_list(look: Look) -> tuple[list[str], int]:
    """What is wrong with the days to come; 1 where anything is."""
    from_ms, until_ms = look.days_ms()
    wanted = look.rosters()
    found = gaps(look.house, look.changes(from_ms, until_ms), from_ms, until_ms)
    found = [gap for gap in found if gap.roster in wanted]
    if not found:
        return [look.words.text("no_gaps")], FOUND
    return aligned([gap_row(look.words, gap) for gap in found]), NOTHING


def gap_row(words: Wording, gap: Gap) -> tuple[str, ...]:
    """A line about a gap."""
    return (
        words.at(gap.from_ms),
        f"– {words.at(gap.until_ms)}",
        gap.roster,
        gap.shift or words.text("added_to"),
        words.gap(gap),
    )


def entries(look: Look) -> tuple[list[str], int]:
    """What was entered for the days asked for, with `--removed` also what was taken back."""
    from_ms, until_ms = look.days_ms()
    found = look.ledger.roster.between(from_ms, until_ms, with_removed=look.options.removed)
    wanted = {"", *look.rosters()}
    rows = [_entry_row(look.words, change) for change in found if change.roster in wanted]
    return (aligned(rows) if rows else [look.words.text("no_entries")]), FOUND


def _entry_row(words: Wording, change: RosterChange) -> tuple[str, ...]:
    roster = change.roster or words.text("everywhere")
    removed = words.text("removed") if change.is_removed else ""
    times = (words.at(change.from_ms), f"– {words.at(change.until_ms)}")
    return (change.change_id, *times, roster, words.change(change), change.made_by, change.reason, removed)
