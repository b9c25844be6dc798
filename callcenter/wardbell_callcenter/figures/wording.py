"""The figures in words, English and Chinese: each with its formula, and with what it was counted of."""

from collections.abc import Sequence

from wardbell_bus.columns import aligned
from wardbell_callcenter.contacts.kind_words import kind_word
from wardbell_callcenter.figures.kpi import BUSIEST, RESPONSE_ELSE_S, RESPONSE_S, Share, Times
from wardbell_callcenter.figures.report import AgentFigures, Figures
from wardbell_callcenter.house import House

NOTHING = "-"

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "head": "{label}  {zone}: {contacts} contacts, {unfinished} of them open still",
        "share": "{share:.1%}  ({count} of {of})",
        "nothing": "nothing to count",
        "times": "median {median_s} s, p90 {p90_s} s, p95 {p95_s} s, longest {max_s} s, mean {mean_s} s  (of {of})",
        "response_time": "response, from the press until somebody is at the bed",
        "acceptance_time": "acceptance, from the press until somebody goes",
        "speed_of_answer": "speed of answer (ASA is its mean), from the opening until somebody goes",
        "press_to_offer": "from the press until somebody is asked",
        "technical_delay": "technical delay, from the opening until somebody is asked",
        "handling_time": "handling (AHT is its mean), from the acceptance to the end",
        "sl_offered": "SL_offered: accepted within {within:.0f} s ÷ all",
        "sl_excluding": "SL_excl: accepted within {within:.0f} s ÷ (all − ended within {within:.0f} s with nobody)",
        "sl_ended_too": "SL2: (accepted or ended within {within:.0f} s) ÷ (accepted or ended)",
        "sl_accepted": "SL: accepted within {within:.0f} s ÷ accepted (hides whom nobody came to)",
        "given_up": "cleared at the bed before anybody came ÷ bed calls: a warning",
        "escalated": "reached the second step ÷ contacts",
        "reached": "reached step {step}",
        "breach": "later at the bed than {limit} s: {kind}",
        "calls_again": "the same bed again within {recall} s ÷ done",
        "not_visited": "nobody came in time after the acceptance ÷ acceptances",
        "missed": "not answered ÷ offers to seats",
        "occupancy": "occupancy: handling ÷ (handling + ready), in seconds",
        "utilisation": "utilisation: handling ÷ signed in, in seconds",
        "too_busy": "above {most:.0%} queues grow fast",
        "agents": "agents: offers, accepted, refused, not answered; handling, ready, signed in",
        "columns": "period contacts SL_offered ASA response p90 longest late given-up escalated again unvisited busy",
    },
    "zh_CN": {
        "head": "{label}  {zone}：{contacts} 个工单，其中 {unfinished} 个未结束",
        "share": "{share:.1%}  （{of} 中的 {count}）",
        "nothing": "无可统计",
        "times": "中位 {median_s} 秒，p90 {p90_s} 秒，p95 {p95_s} 秒，最长 {max_s} 秒，平均 {mean_s} 秒  （{of} 个）",
        "response_time": "响应：从按铃到有人到床旁",
        "acceptance_time": "接单：从按铃到有人前往",
        "speed_of_answer": "应答速度（平均即 ASA）：从建单到有人前往",
        "press_to_offer": "从按铃到首次派单",
        "technical_delay": "技术延迟：从建单到首次派单",
        "handling_time": "处理（平均即 AHT）：从接单到结束",
        "sl_offered": "SL_offered：{within:.0f} 秒内接单 ÷ 全部",
        "sl_excluding": "SL_excl：{within:.0f} 秒内接单 ÷（全部 − {within:.0f} 秒内无人接单即结束）",
        "sl_ended_too": "SL2：{within:.0f} 秒内接单或结束 ÷ 已接单或已结束",
        "sl_accepted": "SL：{within:.0f} 秒内接单 ÷ 已接单（无人前往的不在其中）",
        "given_up": "无人到达前已在床旁消除 ÷ 床位呼叫：警示",
        "escalated": "升级到第二步 ÷ 工单",
        "reached": "到达第 {step} 步",
        "breach": "到床旁超过 {limit} 秒：{kind}",
        "calls_again": "同一床位 {recall} 秒内再次呼叫 ÷ 已完成",
        "not_visited": "接单后未按时到场 ÷ 接单次数",
        "missed": "未接 ÷ 坐席派单",
        "occupancy": "占用率：处理 ÷（处理 + 空闲），秒",
        "utilisation": "利用率：处理 ÷ 在岗，秒",
        "too_busy": "超过 {most:.0%} 队列迅速增长",
        "agents": "坐席：派单、接单、拒接、未接；处理、空闲、在岗",
        "columns": "时段 工单 SL_offered ASA 响应 p90 最长 超时 消除 升级 再呼 未到 占用",
    },
}
TIMES = ("response_time", "acceptance_time", "speed_of_answer", "press_to_offer", "technical_delay", "handling_time")


def in_full(figures: Figures, house: House, language: str) -> list[str]:
    """Every figure on a line of its own."""
    texts, zone = TEXTS[language], house.time_zone
    head = texts["head"].format(
        label=figures.label, zone=zone, contacts=figures.contacts, unfinished=figures.unfinished
    )
    rows = [(texts[name], times_said(getattr(figures, name), language)) for name in TIMES]
    levels = figures.service_levels
    for name in ("offered", "excluding", "ended_too", "accepted"):
        title = texts[f"sl_{name}"].format(within=levels.within_s)
        rows.append((title, share_said(getattr(levels, name), language)))
    rows += [(texts["breach"].format(limit=limit_of(house, kind), kind=kind_word(kind, language)), share_said(share, language))
             for kind, share in figures.breaches.items()]  # fmt: skip
    recall = house.limits.recall_s
    for name in ("given_up", "escalated", "calls_again", "not_visited", "missed", "occupancy", "utilisation"):
        rows.append((texts[name].format(recall=recall), share_said(getattr(figures, name), language)))
    rows += [(texts["reached"].format(step=step + 1), str(count)) for step, count in figures.reached.items()]
    said = [head, *aligned([("  " + title, text) for title, text in rows])]
    busy = figures.occupancy.share
    return said if busy is None or busy <= BUSIEST else [*said, "  " + texts["too_busy"].format(most=BUSIEST)]


def as_table(periods: Sequence[Figures], language: str) -> list[str]:
    """A line for each period in which there was something."""
    rows = [tuple(TEXTS[language]["columns"].split())]
    rows += [_row(figures) for figures in periods if figures.contacts or figures.occupancy.of]
    return aligned(rows)


def of_agents(agents: Sequence[AgentFigures], language: str) -> list[str]:
    """What was asked of each, and where his time went."""
    if not agents:
        return []
    rows = [
        (
            "  " + one.agent,
            *map(str, (one.offers.made, one.offers.accepted, one.offers.refused, one.offers.missed)),
            *(f"{seconds} s" for seconds in (one.work.handling_s, one.work.ready_s, one.work.signed_in_s)),
        )
        for one in agents
    ]
    return [TEXTS[language]["agents"], *aligned(rows)]


def share_said(share: Share, language: str) -> str:
    """`86.0%  (12 of 14)`, or that there is nothing to count."""
    if share.share is None:
        return TEXTS[language]["nothing"]
    return TEXTS[language]["share"].format(share=share.share, count=share.count, of=share.of)


def times_said(times: Times, language: str) -> str:
    """All of them, or that there is nothing to count."""
    if not times.of:
        return TEXTS[language]["nothing"]
    return TEXTS[language]["times"].format(**{name: round(getattr(times, name)) for name in Times.__struct_fields__})


def limit_of(house: House, kind: str) -> int:
    """Seconds in which somebody should be at the bed after such a call."""
    return house.targets.response_s.get(kind, RESPONSE_S.get(kind, RESPONSE_ELSE_S))


def _row(figures: Figures) -> tuple[str, ...]:
    late = Share(
        sum(share.count for share in figures.breaches.values()), sum(share.of for share in figures.breaches.values())
    )
    return (
        figures.label,
        str(figures.contacts),
        _percent(figures.service_levels.offered),
        _seconds(figures.speed_of_answer.mean_s),
        _seconds(figures.response_time.median_s),
        _seconds(figures.response_time.p90_s),
        _seconds(figures.response_time.max_s),
        *(
            _of(share)
            for share in (late, figures.given_up, figures.escalated, figures.calls_again, figures.not_visited)
        ),
        _percent(figures.occupancy),
    )


def _percent(share: Share) -> str:
    return NOTHING if share.share is None else f"{share.share:.0%}"


def _seconds(seconds: float | None) -> str:
    return NOTHING if seconds is None else f"{seconds:.0f} s"


def _of(share: Share) -> str:
    return f"{share.count}/{share.of}" if share.of else NOTHING
