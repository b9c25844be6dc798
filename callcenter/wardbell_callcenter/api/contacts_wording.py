"""What `wardbell contacts` says, in the words of one language."""

from collections.abc import Mapping
from datetime import datetime

from wardbell_bus.words.words import Words
from wardbell_callcenter.api.problems import Problem
from wardbell_callcenter.api.ward_routes import MuteState
from wardbell_callcenter.contacts.kind_words import kind_word
from wardbell_callcenter.contacts.subject_words import subject_words
from wardbell_callcenter.figures.kpi import Share
from wardbell_callcenter.figures.live import LiveFigures
from wardbell_callcenter.people.permissions import NOT_HIS
from wardbell_callcenter.people.supervision import Board
from wardbell_protocol.bus.centre_payloads import AgentState, CentreEvent, ContactState, ResidentCard

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "head": "contact|urgency|state|kind|place|age|with|asked|repeats",
        "none": "no contacts",
        "mutes_head": "station|rings again in|by|reason",
        "no_mutes": "no button is muted",
        "load": "waiting {waiting}, the oldest {oldest}; {taken} with somebody",
        "service": "accepted within {within:g} s ÷ all (SL_offered): last hour {hour}, today {today}",
        "response": "response today {response}; occupancy {occupancy}",
        "seats": "seats: {serving} serve, {idle} idle, {not_ready} not ready, {closed} closed",
        "agents_head": "agent|state|since|has|reason|then",
        "of": "{share:.0%} ({count} of {of})",
        "median": "{s:.0f} s at the median",
        "accepted": "accepted",
        "on_site": "on site",
        "resolved": "resolved",
        "cleared_at_bed": "cleared at the bed",
        "handed_over": "handed over",
        "incident": "incident",
        "opened": "opened",
        "repeated": "called again",
        "stepped": "step {step}",
        "offered_to": "asked: {who}",
        "received": "on the device of {who}",
        "refused": "refused",
        "missed": "not answered",
        "failed": "not delivered: {who}",
        "returned": "back to the queue",
        "transferred": "transferred",
        "joined": "joined",
        "noted": "note",
        "changed": "changed",
        "step_taken": "step of the ward",
        "signed_in": "signed in",
        "signed_out": "signed out",
        "agent": "now {state}",
        "muted": "muted",
        "unmuted": "rings again",
        "late": "{s} s late",
        "no": "no: {why}",
        "taken_by": "no: {who} has it",
        "remedy": "{said}; what to do: {remedy}",
        "remedy.401": "`wardbell house token NAME` makes a token",
        "remedy.403": "an administrator sees to it in the house's document",
        "remedy.not_his": "`wardbell contacts show` says who has it, and of which ward it is",
        "remedy.404": "`wardbell contacts list` says which there are",
        "remedy.409": "look at it again: `wardbell contacts show`",
        "silent": "no answer: {why}",
    },
    "zh_CN": {
        "head": "工单|优先级|状态|类型|位置|时长|处理人|已派给|重复",
        "none": "没有工单",
        "mutes_head": "按钮|恢复响铃|操作人|原因",
        "no_mutes": "没有静音的按钮",
        "load": "等待 {waiting}，最久 {oldest}；处理中 {taken}",
        "service": "{within:g} 秒内接单 ÷ 全部（SL_offered）：近一小时 {hour}，今天 {today}",
        "response": "今天响应 {response}；占用率 {occupancy}",
        "seats": "坐席：处理中 {serving}，空闲 {idle}，示忙 {not_ready}，关闭 {closed}",
        "agents_head": "坐席|状态|时长|在办|原因|随后",
        "of": "{share:.0%}（{of} 中的 {count}）",
        "median": "中位 {s:.0f} 秒",
        "accepted": "已接单",
        "on_site": "已到场",
        "resolved": "已办结",
        "cleared_at_bed": "床旁已消除",
        "handed_over": "已移交",
        "incident": "事件",
        "opened": "建单",
        "repeated": "再次按铃",
        "stepped": "第 {step} 步",
        "offered_to": "派给：{who}",
        "received": "{who} 处已响铃",
        "refused": "拒接",
        "missed": "未接",
        "failed": "未送达：{who}",
        "returned": "退回队列",
        "transferred": "转接",
        "joined": "加入",
        "noted": "备注",
        "changed": "更改",
        "step_taken": "病区升级",
        "signed_in": "签入",
        "signed_out": "签出",
        "agent": "状态：{state}",
        "muted": "已静音",
        "unmuted": "解除静音",
        "late": "迟了 {s} 秒",
        "no": "未执行：{why}",
        "taken_by": "未执行：{who} 已接单",
        "remedy": "{said}；处理办法：{remedy}",
        "remedy.401": "用 `wardbell house token 姓名` 生成令牌",
        "remedy.403": "请管理员修改院区文档",
        "remedy.not_his": "用 `wardbell contacts show` 查看处理人和所属病区",
        "remedy.404": "用 `wardbell contacts list` 查看有哪些",
        "remedy.409": "用 `wardbell contacts show` 再看一次",
        "silent": "无应答：{why}",
    },
}


Names = Mapping[str, Mapping[str, str]]  # the house's own words: code -> language -> text


class Wording(Words):
    """Words, times and rows."""

    def __init__(self, language: str) -> None:
        super().__init__(language, TEXTS[language])

    def text(self, key: str, **values: object) -> str:
        """That text; a word that a newer call centre says stays as it is."""
        return self.known(key, key).format(**values)

    def refusal(self, problem: Problem) -> str:
        """Why not, and what to do; of a race that was lost who was first."""
        if problem.taken_by:
            return self.text("taken_by", who=problem.taken_by)
        said = self.text("no", why=self.reason(problem.detail))
        of = "not_his" if problem.detail.endswith(NOT_HIS) else problem.status
        remedy = self.known(f"remedy.{of}", problem.remedy)
        return self.text("remedy", said=said, remedy=remedy) if remedy else said

    def head(self) -> tuple[str, ...]:
        """The list's columns."""
        return tuple(self.text("head").split("|"))

    def row(self, contact: ContactState, now_ms: int) -> tuple[str, ...]:
        """One contact of the list."""
        return (
            contact.contact_id,
            str(contact.priority),
            self.known(f"contact_status.{contact.status}", contact.status),
            kind_word(contact.call_kind or contact.kind, self.code),
            self._place(contact),
            age((contact.closed_at_ms or now_ms) - contact.pressed_at_ms),
            contact.on_site_by or contact.accepted_by,
            ", ".join(contact.offered_to),
            str(contact.repeats or ""),
        )

    def figures(self, live: LiveFigures) -> list[str]:
        """What waits, and how the last hour and today have been."""
        levels, response = live.service_last_hour, live.response_time_today.median_s
        return [
            self.text(
                "load",
                waiting=live.waiting,
                oldest="-" if live.oldest_s is None else age(round(live.oldest_s * 1000)),
                taken=live.taken,
            ),
            self.text(
                "service",
                within=levels.within_s,
                hour=self._share(levels.offered),
                today=self._share(live.service_today.offered),
            ),
            self.text(
                "response",
                response="-" if response is None else self.text("median", s=response),
                occupancy=self._share(live.occupancy_today),
            ),
        ]

    def seats(self, board: Board) -> str:
        """How many do what."""
        counts = {"serving": board.serving, "idle": board.idle, "not_ready": board.not_ready, "closed": board.closed}
        return self.text("seats", **counts)

    def agents_head(self) -> tuple[str, ...]:
        """The board's columns."""
        return tuple(self.text("agents_head").split("|"))

    def agent(self, agent: AgentState, reasons: Names, now_ms: int) -> tuple[str, ...]:
        """One who is signed in; his reason as the house says it, else as the call centre does."""
        pending = self._state(agent.pending) if agent.pending else ""
        since = age(now_ms - agent.since_ms)
        reason = (
            self.ward(reasons[agent.reason], agent.reason) if agent.reason in reasons else self.reason(agent.reason)
        )
        return agent.agent, self._state(agent.state), since, ", ".join(agent.contacts), reason, pending

    def _state(self, state: str) -> str:
        return self.known(f"agent.{state}", state)

    def _share(self, share: Share) -> str:
        return self.text("of", share=share.share, count=share.count, of=share.of) if share.share is not None else "-"

    def event(self, event: CentreEvent, codes: Names, *, names_place: bool) -> str:
        """One line of a time line, or of the stream, where it says which contact is meant."""
        when = datetime.fromtimestamp(event.at_ms / 1000).astimezone().strftime("%H:%M:%S")
        where = [f"{event.contact.contact_id} {self._place(event.contact)}"] if names_place and event.contact else []
        late = [self.text("late", s=event.late_ms // 1000)] if event.late_ms >= 1000 else []
        summary = self._summary(event, codes)
        said = [self._what(event), self.who(event.by), self.reason(event.reason), summary, _one_line(event.text)]
        return "  ".join([when, *where, *(word for word in said if word), *late])

    def mutes_head(self) -> tuple[str, ...]:
        """The columns of muted buttons."""
        return tuple(self.text("mutes_head").split("|"))

    def mute(self, mute: MuteState, now_ms: int) -> tuple[str, ...]:
        """A muted button, and for how long yet."""
        station = f"{mute.ward}/{mute.station_id}"
        return station, age(mute.until_ms - now_ms), self.who(mute.by), self.reason(mute.reason)

    def resident(self, card: ResidentCard) -> tuple[str, ...]:
        """Who may be meant: the id by which one chooses, the place, the name, the care level, and the risks."""
        return card.resident_id, self.place(card.room, card.bed), card.name, str(card.care_level), "; ".join(card.risks)

    def _place(self, contact: ContactState) -> str:
        """Ward, room and bed, or what it is about."""
        chinese, english = subject_words(contact.kind, contact.subject)
        where = self.place(contact.room, contact.bed)
        about = chinese if self.code == "zh_CN" else english
        return " ".join(part for part in (contact.ward, where, about) if part)

    def _summary(self, event: CentreEvent, codes: Names) -> str:
        """How it was summed up: the code as the house says it, and its fields."""
        if event.kind != "resolved" or event.contact is None:
            return ""
        code = event.contact.wrap_up_code
        fields = (f"{name}={text}" for name, text in event.contact.fields.items())
        return ", ".join(part for part in (self.ward(codes.get(code, {}), code), *fields) if part)

    def _what(self, event: CentreEvent) -> str:
        contact = event.contact
        asked = ", ".join(contact.offered_to) if contact else ""
        who = event.offer.target if event.offer else asked
        state = self._state(event.agent.state) if event.agent else ""
        step = contact.step + 1 if contact else 0
        return self.text("offered_to" if event.kind == "offered" else event.kind, who=who, state=state, step=step)


def age(ms: int) -> str:
    """`m:ss`, hours in front where there are any."""
    seconds = max(0, ms) // 1000
    minutes = f"{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{seconds // 3600}:{minutes}" if seconds >= 3600 else minutes.removeprefix("0")


def _one_line(text: str) -> str:
    """Without what a terminal would obey."""
    return " ".join("".join(part for part in text if part.isprintable() or part == "\n").split())
