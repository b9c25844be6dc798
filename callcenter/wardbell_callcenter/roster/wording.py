"""What `wardbell roster` says, in the words of one language."""

from datetime import datetime

from wardbell_callcenter.roster.change import RosterChange
from wardbell_callcenter.roster.duty import Reason
from wardbell_callcenter.roster.gaps import Gap
from wardbell_callcenter.roster.house_clock import local

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "now": "{at} ({zone}): {kind}{periods}",
        "workday": "workday",
        "weekend": "weekend",
        "holiday": "holiday",
        "day_name": " ({name})",
        "roster": "roster",
        "who": "who",
        "shift": "shift",
        "from": "from",
        "until": "until",
        "why": "why",
        "nobody": "nobody is on duty",
        "away": "{agent} (away)",
        "added_to": "added",
        "rotation": "team {team} of {teams}",
        "added": "added{made}",
        "instead": "instead of {whom}{made}",
        "swap": "swapped with {whom}{made}",
        "leave": "on leave{made}",
        "made": " ({id}, by {by}{reason})",
        "short": "{has} of {needs} people",
        "double": "{agent} is in {other} at the same time",
        "on_leave": "{agent} is on leave ({other})",
        "no_gaps": "nothing is missing",
        "no_entries": "nothing was entered",
        "entry_leave": "{agent} is away",
        "entry_leave_instead": "{agent} is away, {instead} instead",
        "entry_override": "{instead} as well",
        "entry_override_instead": "{instead} instead of {agent}",
        "entry_swap_instead": "{agent} and {instead} swap",
        "removed": "taken back",
        "everywhere": "all",
        "entered": "{id}: {what}, {from_} – {until}",
        "opens": "then there are too few:",
        "no_effect": "nobody's plan is changed by it now",
        "repeats": "what repeats is entered until {until}; read the file again before then",
        "taken": "{new} entered, {gone} taken back, {same} as before",
        "dry_run": "would be: {new} entered, {gone} taken back, {same} as before",
        "written": "{file}: {count} duties",
    },
    "zh_CN": {
        "now": "{at}（{zone}）：{kind}{periods}",
        "workday": "工作日",
        "weekend": "周末",
        "holiday": "节假日",
        "day_name": "（{name}）",
        "roster": "排班表",
        "who": "人员",
        "shift": "班次",
        "from": "开始",
        "until": "结束",
        "why": "原因",
        "nobody": "无人值班",
        "away": "{agent}（不在）",
        "added_to": "加班",
        "rotation": "第 {team} 组，共 {teams} 组",
        "added": "加班{made}",
        "instead": "替 {whom}{made}",
        "swap": "与 {whom} 换班{made}",
        "leave": "请假{made}",
        "made": "（{id}，{by} 登记{reason}）",
        "short": "{has} 人，需要 {needs} 人",
        "double": "{agent} 同时在 {other}",
        "on_leave": "{agent} 正在请假（{other}）",
        "no_gaps": "没有缺口",
        "no_entries": "没有登记",
        "entry_leave": "{agent} 请假",
        "entry_leave_instead": "{agent} 请假，由 {instead} 代班",
        "entry_override": "{instead} 加班",
        "entry_override_instead": "{instead} 替 {agent}",
        "entry_swap_instead": "{agent} 与 {instead} 换班",
        "removed": "已撤销",
        "everywhere": "全部",
        "entered": "{id}：{what}，{from_} – {until}",
        "opens": "这样人手不足：",
        "no_effect": "目前不改变任何人的排班",
        "repeats": "重复的日程登记到 {until}；请在此之前再次导入",
        "taken": "新登记 {new} 项，撤销 {gone} 项，未变 {same} 项",
        "dry_run": "试运行：新登记 {new} 项，撤销 {gone} 项，未变 {same} 项",
        "written": "{file}：{count} 个班",
    },
}
_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh_CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}


class Wording:
    """One language; `zone`: the house's."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language
        self._texts = TEXTS[language]
        self._weekdays = _WEEKDAYS[language]
        self._zone = zone

    def text(self, key: str, **values: object) -> str:
        """The text of that key with its {fields} filled in."""
        return self._texts[key].format(**values)

    def at(self, wall_ms: int) -> str:
        """`Tue 2026-11-24 19:00`; with the offset where that time of the day comes twice."""
        shown = local(wall_ms, self._zone)
        offset = f"{shown:%z}" if shown.utcoffset() != shown.replace(fold=1 - shown.fold).utcoffset() else ""
        return f"{self.day(shown)} {shown:%H:%M}{offset}"

    def hour(self, wall_ms: int) -> str:
        """`19:00`."""
        return f"{local(wall_ms, self._zone):%H:%M}"

    def day(self, day: datetime) -> str:
        """`Tue 2026-11-24`."""
        return f"{self._weekdays[day.weekday()]} {day:%Y-%m-%d}"

    def reasons(self, why: tuple[Reason, ...]) -> str:
        """How it came to be, oldest first."""
        return "; ".join(self._reason(reason) for reason in why)

    def _reason(self, reason: Reason) -> str:
        made = "" if reason.change is None else self._made(reason.change)
        return self.text(reason.kind, team=reason.team, teams=reason.teams, whom=reason.whom, made=made)

    def _made(self, change: RosterChange) -> str:
        reason = f": {change.reason}" if change.reason else ""
        return self.text("made", id=change.change_id, by=change.made_by, reason=reason)

    def change(self, change: RosterChange) -> str:
        """What an entry says."""
        has_both = change.instead and (change.agent or change.kind != "override")
        key = f"entry_{change.kind}_instead" if has_both else f"entry_{change.kind}"
        return self.text(key, agent=change.agent, instead=change.instead)

    def gap(self, gap: Gap) -> str:
        """What is wrong."""
        return self.text(gap.kind, agent=gap.agent, has=gap.has, needs=gap.needs, other=gap.other)
