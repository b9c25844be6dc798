"""The words for the call centre's figures and the gaps of its rosters. Pure."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wardbell_console.centre_view import is_centre_stale, names_of
from wardbell_console.feed import Feed
from wardbell_console.language import Language, duration, time_of_day
from wardbell_protocol.bus.figure_payloads import CentreFigures, OutOf, PeriodFigures, RosterGap, WardFigures

NOTHING = "-"  # of which no share and no mean is taken
SOON_MS = 24 * 3_600_000  # before that no date need be said
PERIODS = ("hour", "shift", "today")


def figures_line(language: Language, feed: Feed, now_ms: int) -> str:
    """The last hour in one line: of the house, or of that of his wards where least was accepted in time; "" of none."""
    told = feed.seat.figures.known
    ward = _worst(told) if told is not None else None
    hour = _of(ward, "hour") if ward is not None else None
    if told is None or ward is None or hour is None:
        return ""
    line = language.text(
        "figures.line",
        offered=percent(hour.offered),
        of=hour.offered[1],
        asa=_time(hour.speed_of_answer_s),
        occupancy=percent(hour.occupancy),
    )
    name = f"{ward_name(language, feed, ward.ward)}: " if ward.ward else ""
    gap = next(
        (_soon(language, feed, gap, told.time_zone, now_ms) for gap in told.gaps if gap.from_ms < now_ms + SOON_MS), ""
    )
    return "  ".join(part for part in (_stale(language, feed, now_ms), name + line, gap) if part)


def periods_of(told: CentreFigures) -> list[str]:
    """Those that the figures have."""
    have = {period.period for ward in told.wards for period in ward.periods}
    return [period for period in PERIODS if period in have]


def head_lines(language: Language, feed: Feed, chosen: str, now_ms: int) -> list[str]:
    """As of when, and the periods, the chosen one in brackets."""
    told = feed.seat.figures.known
    if told is None:
        return [language.text("figures.title"), language.text(_missing(feed))]
    shifts = [period.name for ward in told.wards for period in ward.periods if period.period == "shift"]
    names = {each: language.text(f"figures.{each}", name=next(iter(shifts), "")) for each in periods_of(told)}
    chips = [f"[{name}]" if each == chosen else f" {name} " for each, name in names.items()]
    title = language.text("figures.title_at", at=time_of_day(told.at_ms))
    return ["  ".join(part for part in (_stale(language, feed, now_ms), title) if part), " ".join(chips)]


def ward_cells(language: Language, feed: Feed, ward: WardFigures, chosen: str, now_ms: int) -> dict[str, str]:
    """A ward's line by column."""
    return {
        "of_ward": ward_name(language, feed, ward.ward),
        "waiting": str(ward.waiting),
        "oldest": _since(ward.oldest_at_ms, now_ms),
        "free": f"{ward.free}/{ward.signed_in}",
        **_of_period(_of(ward, chosen)),
    }


def ward_name(language: Language, feed: Feed, ward: str) -> str:
    """The ward's own name, or the house as one."""
    return language.ward(names_of(feed, ward), ward) if ward else language.text("figures.house")


def gap_lines(language: Language, feed: Feed, now_ms: int, most: int) -> list[str]:
    """The rosters' next gaps, so many lines with their title: ward or team, shift, from when until when, how many lack.

    Times are those of the house's clock, as everything of its rosters; the title names its zone where the terminal's differs.
    """
    told = feed.seat.figures.known
    if told is None:
        return []
    zone, title = told.time_zone, language.text("gaps.title")
    if not told.gaps:
        return [title, language.text("gaps.none")]
    if _shown_in(zone, now_ms).utcoffset() != _shown_in("", now_ms).utcoffset():
        title = language.text("gaps.title_zone", zone=zone)
    n_more = told.more_gaps + len(told.gaps)
    shown = told.gaps if n_more < most else told.gaps[: most - 2]
    lines = [title, *(_gap(language, feed, gap, zone, now_ms) for gap in shown)]
    n_more -= len(shown)
    return [*lines, language.text("gaps.more", count=n_more)] if n_more else lines


def legend_lines(language: Language, feed: Feed, *, is_wide: bool) -> list[str]:
    """What each figure is counted of."""
    told = feed.seat.figures.known
    if told is None:
        return []
    names = ("offered", "excluding", *(("ended_too", "accepted") if is_wide else ()), "means", "shares")
    return [language.text(f"figures.legend_{name}", within=round(told.within_s)) for name in names]


def percent(out_of: OutOf) -> str:
    """Of something."""
    count, of = out_of
    return f"{count / of:.0%}" if of else NOTHING


def _worst(told: CentreFigures) -> WardFigures | None:
    """The house where he sees it."""
    whole = next((ward for ward in told.wards if not ward.ward), None)
    return whole or min(told.wards, key=_accepted_in_time, default=None)


def _accepted_in_time(ward: WardFigures) -> float:
    hour = _of(ward, "hour")
    return hour.offered[0] / hour.offered[1] if hour is not None and hour.offered[1] else 1.0


def _of(ward: WardFigures, chosen: str) -> PeriodFigures | None:
    return next((period for period in ward.periods if period.period == chosen), None)


def _of_period(period: PeriodFigures | None) -> dict[str, str]:
    if period is None:
        names = ("contacts", "sl_offered", "sl_excl", "sl2", "sl", "asa", "response", "given_up", "occupancy")
        return dict.fromkeys(names, NOTHING)
    offered = f"{percent(period.offered)} {period.offered[0]}/{period.offered[1]}" if period.offered[1] else NOTHING
    return {
        "contacts": str(period.contacts),
        "sl_offered": offered,
        "sl_excl": percent(period.excluding),
        "sl2": percent(period.ended_too),
        "sl": percent(period.accepted),
        "asa": _time(period.speed_of_answer_s),
        "response": _time(period.response_p90_s),
        "given_up": percent(period.given_up),
        "occupancy": percent(period.occupancy),
    }


def _gap(language: Language, feed: Feed, gap: RosterGap, zone: str, now_ms: int) -> str:
    name = language.ward(names_of(feed, gap.roster), gap.roster)
    from_ = language.text("gaps.now") if gap.from_ms <= now_ms else _moment(gap.from_ms, zone, now_ms)
    return language.text(
        "gaps.line", roster=name, shift=gap.shift, from_=from_, until=_moment(gap.until_ms, zone, now_ms),
        needs=gap.needs, has=gap.has, lacks=gap.needs - gap.has,
    )  # fmt: skip


def _soon(language: Language, feed: Feed, gap: RosterGap, zone: str, now_ms: int) -> str:
    """The next gap, in few words."""
    at = language.text("gaps.now") if gap.from_ms <= now_ms else f"{_shown_in(zone, gap.from_ms):%H:%M}"
    name = language.ward(names_of(feed, gap.roster), gap.roster)
    return language.text("gaps.soon", at=at, roster=name, lacks=gap.needs - gap.has)


def _stale(language: Language, feed: Feed, now_ms: int) -> str:
    is_stale = is_centre_stale(feed, now_ms) or feed.seat.figures.is_old(now_ms)
    return language.text("figures.stale") if is_stale else ""


def _missing(feed: Feed) -> str:
    if feed.seat.state is None:
        return "reason.not_signed_in"
    return "figures.counting" if feed.seat.sees_figures else "reason.not_for_role"


def _time(seconds: float | None) -> str:
    return NOTHING if seconds is None else duration(round(seconds * 1000))


def _since(at_ms: int | None, now_ms: int) -> str:
    return NOTHING if at_ms is None else duration(now_ms - at_ms)


def _shown_in(zone: str, at_ms: int) -> datetime:
    """By the clock of that zone; the terminal's where none is told, or none that this machine knows."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    try:
        return at.astimezone(ZoneInfo(zone) if zone else None)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return at.astimezone()


def _moment(at_ms: int, zone: str, now_ms: int) -> str:
    """`19:00`, of another day `11-23 19:00`."""
    shown, today = _shown_in(zone, at_ms), _shown_in(zone, now_ms)
    return f"{shown:%H:%M}" if shown.date() == today.date() else f"{shown:%m-%d %H:%M}"
