"""What `wardbell roster` enters and takes back, and what follows from it."""

import sys
from dataclasses import replace
from pathlib import Path

from wardbell_bus.columns import aligned
from wardbell_callcenter.roster.change import ChangeError, ChangeKind, RosterChange, check, check_people
from wardbell_callcenter.roster.duty import plan
from wardbell_callcenter.roster.entering import enter, take_back
from wardbell_callcenter.roster.gaps import gaps
from wardbell_callcenter.roster.house_clock import local
from wardbell_callcenter.roster.ical import Entry, read, written
from wardbell_callcenter.roster.look import DAY_MS, Look
from wardbell_callcenter.roster.roster_views import gap_row
from wardbell_callcenter.roster.taking import Taken, taken, whose
from wardbell_protocol.errors import ConfigError


def leave(look: Look) -> tuple[list[str], int]:
    """Somebody is away."""
    return _entered(look, "leave", look.options.agent, look.options.instead or "")


def override(look: Look) -> tuple[list[str], int]:
    """Somebody works instead of another, or as well."""
    return _entered(look, "override", look.options.instead_of or "", look.options.agent)


def swap(look: Look) -> tuple[list[str], int]:
    """Two people work each other's duties."""
    return _entered(look, "swap", look.options.agent, look.options.other)


def remove(look: Look) -> tuple[list[str], int]:
    """An entry counts no longer."""
    change = take_back(look.ledger, look.options.id, look.options.by, look.now_ms, look.options.reason)
    return [f"{_told(look, change)}: {look.words.text('removed')}"], 0


def _entered(look: Look, kind: ChangeKind, agent: str, instead: str) -> tuple[list[str], int]:
    options = look.options
    planned = [name for name in (agent, instead if kind == "swap" else "") if name]
    change = RosterChange(
        look.ledger.roster.next_id(),
        kind,
        *(_span_ms(look) if options.on is None else _duties_ms(look, planned)),
        options.by,
        look.now_ms,
        options.roster or "",
        agent,
        instead,
        options.reason,
    )
    stored = enter(look.ledger, look.house, change)
    return [_told(look, stored), *_effect(look, stored)], 0


def _span_ms(look: Look) -> tuple[int, int]:
    if look.options.until is None:
        raise ChangeError("give --until, or --on with the day on which a duty begins")
    return look.moment_ms("from_", look.now_ms), look.moment_ms("until", 0, is_end=True)


def _duties_ms(look: Look, agents: list[str]) -> tuple[int, int]:
    """From the first duty's beginning to the last one's end, of those that begin on the day `--on`."""
    if not agents:
        raise ChangeError("--on: give --instead-of, whose duty it is; or --from and --until")
    from_ms = look.moment_ms("on", 0)
    day = local(from_ms, look.house.time_zone).date()
    changes = look.changes(from_ms, from_ms + DAY_MS)
    places = [
        place
        for roster in look.rosters()
        for place in plan(look.house, roster, changes, from_ms, from_ms + 2 * DAY_MS)
        if place.day == day and place.agent in agents
    ]
    if not places:
        check_people(agents, look.house)
        raise ChangeError(
            f"--on: {' and '.join(agents)} has no duty that begins then (`wardbell roster week`); give --from and --until"
        )
    return min(place.from_ms for place in places), max(place.until_ms for place in places)


def _told(look: Look, change: RosterChange) -> str:
    from_, until = look.words.at(change.from_ms), look.words.at(change.until_ms)
    return look.words.text("entered", id=change.change_id, what=look.words.change(change), from_=from_, until=until)


def _effect(look: Look, stored: RosterChange) -> list[str]:
    """That the entry does nothing, or leaves too few."""
    from_ms, until_ms = stored.from_ms, stored.until_ms
    now = look.changes(from_ms, until_ms)
    before = [change for change in now if change.change_id != stored.change_id]
    rosters = [stored.roster] if stored.roster else sorted(look.house.rosters)
    plans = [[plan(look.house, name, changes, from_ms, until_ms) for name in rosters] for changes in (before, now)]
    if plans[0] == plans[1]:
        return [look.words.text("no_effect")]
    missing = [gap for gap in gaps(look.house, now, from_ms, until_ms) if gap.kind == "short"]
    old = gaps(look.house, before, from_ms, until_ms)
    rows = [gap_row(look.words, gap) for gap in missing if gap not in old]
    return [look.words.text("opens"), *(f"  {line}" for line in aligned(rows))] if rows else []


def read_file(look: Look) -> tuple[Taken, list[str]]:
    """What the file's events come to, and how that is told; nothing is entered yet."""
    file: Path = look.options.file
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ConfigError(str(file), "the file", f"it cannot be read ({error.strerror}); give its path") from error
    span = look.now_ms, look.days_on_ms(look.now_ms)
    events = read(raw, str(file), look.house.time_zone, *span)
    result = taken(look.ledger, events, [_template(look, event, str(file)) for event in events], *span)
    for change in result.new:
        check(change, look.house)
    lines = [f"- {_told(look, change)}" for change in result.gone] + [
        f"+ {_told(look, change)}" for change in result.new
    ]
    if any(event.repeats for event in events):
        lines.append(look.words.text("repeats", until=look.words.at(span[1])))
    counts = {"new": len(result.new), "gone": len(result.gone), "same": result.n_same}
    return result, [*lines, look.words.text("dry_run" if look.options.dry_run else "taken", **counts)]


def forget_one(look: Look, change: RosterChange) -> None:
    """Its event is no longer as it was."""
    take_back(look.ledger, change.change_id, look.options.by, look.now_ms, look.options.file.name)


def enter_one(look: Look, change: RosterChange) -> None:
    """An event says so."""
    enter(look.ledger, look.house, change)


def _template(look: Look, event: Entry, file: str) -> RosterChange:
    """What the event changes, but for its times."""
    options = look.options
    who, reason = (options.agent, event.summary) if options.agent else whose(event, look.house, file)
    made = (0, 0, options.by, look.now_ms, options.roster or "")
    change = RosterChange("", "leave", *made, agent=who, reason=reason[:256])
    return change if options.kind == "leave" else replace(change, kind="override", agent="", instead=who)


def write_file(look: Look) -> tuple[list[str], int]:
    """Write the duties of the days asked for, of one agent or all, as a calendar; `-` is the standard output."""
    from_ms, until_ms = look.days_ms()
    changes = look.changes(from_ms, until_ms)
    agent: str | None = look.options.agent
    rosters = look.rosters()
    places = [place for name in rosters for place in plan(look.house, name, changes, from_ms, until_ms)]
    wanted = [place for place in places if agent is None or place.agent == agent]
    if not wanted:
        check_people([agent or ""], look.house)
    raw = written(agent or ", ".join(rosters), wanted, look.now_ms)
    file: Path = look.options.file
    if str(file) == "-":
        sys.stdout.buffer.write(raw)
        return [], 0
    try:
        file.write_bytes(raw)
    except OSError as error:
        raise ConfigError(str(file), "the file", f"it cannot be written ({error.strerror})") from error
    return [look.words.text("written", file=file, count=sum(not place.is_away for place in wanted))], 0
