"""`wardbell plan`: how many carers a ward needs, or how many people its call centre does."""

import argparse
import math

from wardbell_callcenter.figures.staffing import Forecast, Load, may_give_up, never_give_up, people_needed

EXAMPLES = """examples:
  wardbell plan --calls 18 --minutes 7                      a ward: 18 calls an hour, each keeps a carer busy for 7 minutes
  wardbell plan --calls 18 --minutes 7 --within 180 --share 0.95
  wardbell plan --calls 200 --minutes 3 --within 20 --share 0.8 --patience 120     families on the telephone
  wardbell plan --calls 18 --minutes 7 --lang zh_CN

Erlang C (with --patience also Erlang A): calls come at random, in one line, each to whoever is free. A ward where carers are
tied to rooms, walk far or answer in another order does worse. Plan the busiest hour, and add those who are on leave or at rest.
"""

TEXTS: dict[str, dict[str, str | tuple[str, ...]]] = {
    "en": {
        "load": "{calls:g} calls an hour of {minutes:g} min: {erlangs:.1f} people busy on average",
        "head": ("people", "wait at all", "within {within:g} s", "mean wait", "busy"),
        "gives_up": "give up",
        "never": "for ever",
        "need": "needed: {people}, to answer {share:.0%} within {within:g} s and be busy at most {busy:.0%} of the time",
    },
    "zh_CN": {
        "load": "每小时 {calls:g} 次呼叫，每次 {minutes:g} 分钟：平均 {erlangs:.1f} 人在忙",
        "head": ("人数", "需等待", "{within:g} 秒内应答", "平均等待", "忙碌"),
        "gives_up": "放弃",
        "never": "无限",
        "need": "需要 {people} 人：{share:.0%} 的呼叫在 {within:g} 秒内应答，忙碌时间不超过 {busy:.0%}",
    },
}
_BEFORE, _AFTER = 2, 2  # rows around the number that is needed


def main(argv: list[str]) -> int:
    """Print the table and the number."""
    parser = _parser()
    options = parser.parse_args(argv)
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
    widths = [max(_cells(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(" " * (width - _cells(text)) + text for text, width in zip(row, widths, strict=True)) for row in rows
    ]


def _cells(text: str) -> int:
    """Columns of a terminal; a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardbell plan",
        description="How many people a load of calls needs.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--calls", type=float, required=True, metavar="N", help="calls in an hour")
    parser.add_argument(
        "--minutes", type=float, required=True, metavar="M", help="a call keeps somebody busy, way included"
    )
    parser.add_argument("--within", type=float, default=60.0, metavar="S", help="seconds to answer in; default 60")
    parser.add_argument("--share", type=float, default=0.9, metavar="P", help="of the calls, 0..1; default 0.9")
    parser.add_argument(
        "--busy", type=float, default=0.85, metavar="P", help="of their time at most, 0..1; default 0.85"
    )
    parser.add_argument("--patience", type=float, metavar="S", help="mean seconds until a caller gives up (not a bed)")
    parser.add_argument("--lang", choices=sorted(TEXTS), default="en")
    return parser
