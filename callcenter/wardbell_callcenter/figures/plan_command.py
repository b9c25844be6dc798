"""`wardbell plan`: how many carers a ward needs, or how many people its call centre does."""

import argparse
import math
from datetime import timedelta
from time import time_ns

from wardbell_bus import paths
from wardbell_bus.columns import aligned
from wardbell_callcenter.database_option import EX_CONFIG, add_database, failed, with_store
from wardbell_callcenter.days_option import days_up_to
from wardbell_callcenter.figures.demand import calls_by_hour
from wardbell_callcenter.figures.kpi import handling_time
from wardbell_callcenter.figures.periods import whole
from wardbell_callcenter.figures.staffing import Forecast, Load, may_give_up, never_give_up, people_needed
from wardbell_callcenter.houses import Houses
from wardbell_callcenter.roster.house_clock import local
from wardbell_callcenter.store.store import Store

COMMAND = "wardbell plan"
EXAMPLES = """examples:
  wardbell plan --calls 18 --minutes 7                      a ward: 18 calls an hour, each keeps a carer busy for 7 minutes
  wardbell plan --calls 18 --minutes 7 --within 180 --share 0.95
  wardbell plan --calls 200 --minutes 3 --within 20 --share 0.8 --patience 120     families on the telephone
  wardbell plan --calls 18 --minutes 7 --lang zh_CN
  wardbell plan --from-figures --ward east --days 28        the carers that each hour of the day wants, from the calls that came

Erlang C (with --patience also Erlang A): calls come at random, in one line, each to whoever is free. A ward where carers are
tied to rooms, walk far or answer in another order does worse. Plan the busiest hour, and add those who are on leave or at rest.
"""

TEXTS: dict[str, dict[str, str | tuple[str, ...]]] = {
    "en": {
        "load": "{calls:g} calls an hour of {minutes:g} min: {erlangs:.1f} people busy on average",
        "head": ("people", "wait at all", "within {within:g} s", "mean wait", "busy"),
        "gives_up": "give up",
        "never": "for ever",
        "came": "{contacts} contacts in {days} days, each {minutes:.1f} min from the acceptance to the end",
        "hours": ("hour", "calls an hour", "needed", "busy"),
        "none": "{days} days without a contact that somebody handled: give --minutes, or other days",
        "need": "needed: {people}, to answer {share:.0%} within {within:g} s and be busy at most {busy:.0%} of the time",
    },
    "zh_CN": {
        "load": "每小时 {calls:g} 次呼叫，每次 {minutes:g} 分钟：平均 {erlangs:.1f} 人在忙",
        "head": ("人数", "需等待", "{within:g} 秒内应答", "平均等待", "忙碌"),
        "gives_up": "放弃",
        "never": "无限",
        "came": "{days} 天内 {contacts} 个工单，从接单到结束平均 {minutes:.1f} 分钟",
        "hours": ("时", "每小时呼叫", "需要", "忙碌"),
        "none": "{days} 天内没有处理过的工单：请给出 --minutes 或其他天数",
        "need": "需要 {people} 人：{share:.0%} 的呼叫在 {within:g} 秒内应答，忙碌时间不超过 {busy:.0%}",
    },
}
_BEFORE, _AFTER = 2, 2  # rows around the number that is needed


def main(argv: list[str]) -> int:
    """Print the table and the number."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.from_figures:
        try:
            return with_store(COMMAND, options, lambda store: _by_hour(store, options))
        except ValueError as error:
            parser.error(str(error))
    if options.calls is None or options.minutes is None:
        parser.error("give --calls and --minutes, or --from-figures")
    if options.ward:
        parser.error("--ward: only with --from-figures; --calls are of whatever you say")
    try:
        load = Load(options.calls, options.minutes * 60)
        needed = people_needed(load, options.within, options.share, options.busy)
    except ValueError as error:
        parser.error(str(error))
    if options.patience is not None and options.patience <= 0:
        parser.error("--patience: give seconds above 0")
    texts = TEXTS[options.lang]
    print(str(texts["load"]).format(calls=options.calls, minutes=options.minutes, erlangs=load.erlangs))
    print()
    for row in _table(load, needed, options.within, options.patience, texts):
        print(row)
    print()
    words = {"people": needed.people, "share": options.share, "within": options.within, "busy": options.busy}
    print(str(texts["need"]).format(**words))
    return 0


def _by_hour(store: Store, options: argparse.Namespace) -> int:
    """Of the days before today, which are whole; those before the first contact are none of its days."""
    texts = TEXTS[options.lang]
    with store.reading() as ledger:
        house = Houses().newest(ledger.houses)
        if options.ward and house.wards and options.ward not in house.wards:
            known = ", ".join(house.wards)
            return failed(COMMAND, f"--ward: there is no ward {options.ward}; known: {known}", EX_CONFIG)
        last = local(time_ns() // 1_000_000, house.time_zone).date() - timedelta(days=1)
        first = last - timedelta(days=options.days - 1)
        days = whole(first, last, house.time_zone)
        cases = ledger.figures.cases(days.from_ms, days.until_ms, options.ward)
    handling_s = options.minutes * 60 if options.minutes else handling_time(cases).mean_s
    if not handling_s:
        return failed(COMMAND, str(texts["none"]).format(days=options.days), 1)
    if cases:
        first = local(min(case.opened_at_ms for case in cases), house.time_zone).date()
    n_days = (last - first).days + 1
    print(str(texts["came"]).format(contacts=len(cases), days=n_days, minutes=handling_s / 60))
    print()
    rows = [tuple(texts["hours"])]
    for hour, per_hour in calls_by_hour(cases, first, last, house).items():
        needed = (
            people_needed(Load(per_hour, handling_s), options.within, options.share, options.busy) if per_hour else None
        )
        people, busy = (str(needed.people), f"{needed.occupancy:.0%}") if needed else ("0", "-")
        rows.append((f"{hour:02}:00", f"{per_hour:.2f}", people, busy))
    print("\n".join(aligned(rows)))
    return 0


def _table(
    load: Load, needed: Forecast, within_s: float, patience_s: float | None, texts: dict[str, str | tuple[str, ...]]
) -> list[str]:
    head = [title.format(within=within_s) for title in texts["head"]]
    rows = [[*head, *([str(texts["gives_up"])] if patience_s else [])]]
    for people in range(max(1, needed.people - _BEFORE), needed.people + _AFTER + 1):
        forecast = never_give_up(load, people, within_s)
        row = [
            str(people),
            f"{forecast.must_wait:.1%}",
            f"{forecast.within:.1%}",
            str(texts["never"]) if math.isinf(forecast.mean_wait_s) else f"{forecast.mean_wait_s:.0f} s",
            f"{forecast.occupancy:.0%}",
        ]
        if patience_s:
            row.append(f"{may_give_up(load, people, patience_s).gives_up:.1%}")
        rows.append(row)
    return aligned(rows, to_the_right=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="How many people a load of calls needs.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--calls", type=float, metavar="N", help="calls in an hour")
    parser.add_argument("--minutes", type=float, metavar="M", help="a call keeps somebody busy, way included")
    parser.add_argument("--within", type=float, default=60.0, metavar="S", help="seconds to answer in; default 60")
    parser.add_argument("--share", type=float, default=0.9, metavar="P", help="of the calls, 0..1; default 0.9")
    parser.add_argument(
        "--busy", type=float, default=0.85, metavar="P", help="of their time at most, 0..1; default 0.85"
    )
    parser.add_argument("--patience", type=float, metavar="S", help="mean seconds until a caller gives up (not a bed)")
    parser.add_argument(
        "--from-figures", action="store_true", help="calls and times of the call centre's own last days"
    )
    parser.add_argument(
        "--days", type=days_up_to(366), default=28, metavar="N", help="so many of them; default %(default)s"
    )
    parser.add_argument("--ward", metavar="WARD", default="", help="of that ward only")
    add_database(parser)
    paths.add_language(parser, TEXTS)
    return parser
