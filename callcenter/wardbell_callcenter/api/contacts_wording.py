"""What `wardbell contacts` says, in the words of one language."""

from datetime import datetime

from wardbell_callcenter.contacts.kind_words import kind_word
from wardbell_callcenter.contacts.subject_words import subject_words
from wardbell_callcenter.figures.kpi import Share
from wardbell_callcenter.figures.live import LiveFigures
from wardbell_callcenter.people.supervision import Board
from wardbell_protocol.bus.centre_payloads import AgentState, CentreEvent, ContactState, ResidentCard

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "head": "contact|urgency|state|kind|place|age|with|asked|repeats",
        "none": "no contacts",
        "load": "waiting {waiting}, the oldest {oldest}; {taken} with somebody",
        "service": "accepted within {within:g} s ÷ all (SL_offered): last hour {hour}, today {today}",
        "response": "response today {response}; occupancy {occupancy}",
        "seats": "seats: {serving} serve, {idle} idle, {not_ready} not ready, {closed} closed",
        "agents_head": "agent|state|since|has|reason|then",
        "of": "{share:.0%} ({count} of {of})",
        "median": "{s:.0f} s at the median",
        "ready": "ready",
        "busy": "busy",
        "wrap_up": "wrap-up",
        "not_ready": "not ready",
        "new": "waiting",
        "offered": "asked",
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
        "remedy": "what to do: {remedy}",
        "silent": "no answer: {why}",
    },
    "zh_CN": {
        "head": "工单|优先级|状态|类型|位置|时长|处理人|已派给|重复",
        "none": "没有工单",
        "load": "等待 {waiting}，最久 {oldest}；处理中 {taken}",
        "service": "{within:g} 秒内接单 ÷ 全部（SL_offered）：近一小时 {hour}，今天 {today}",
        "response": "今天响应 {response}；占用率 {occupancy}",
        "seats": "坐席：处理中 {serving}，空闲 {idle}，示忙 {not_ready}，关闭 {closed}",
        "agents_head": "坐席|状态|时长|在办|原因|随后",
        "of": "{share:.0%}（{of} 中的 {count}）",
        "median": "中位 {s:.0f} 秒",
        "ready": "空闲",
        "busy": "处理中",
        "wrap_up": "小结",
        "not_ready": "示忙",
        "new": "等待",
        "offered": "派单中",
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
        "remedy": "处理办法：{remedy}",
        "silent": "无应答：{why}",
    },
}


class Wording:
    """Words, times and rows."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._texts = TEXTS[language]

    def text(self, key: str, **values: object) -> str:
        """That text; a word that a newer call centre says stays as it is."""
        return self._texts.get(key, key).format(**values)

    def head(self) -> tuple[str, ...]:
        """The list's columns."""
        return tuple(self.text("head").split("|"))

    def row(self, contact: ContactState, now_ms: int) -> tuple[str, ...]:
        """One contact of the list."""
        return (
            contact.contact_id,
            str(contact.priority),
            self.text(contact.status),
            kind_word(contact.call_kind or contact.kind, self._language),
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

    def agent(self, agent: AgentState, now_ms: int) -> tuple[str, ...]:
        """One who is signed in."""
        pending = self.text(agent.pending) if agent.pending else ""
        since = age(now_ms - agent.since_ms)
        return agent.agent, self.text(agent.state), since, ", ".join(agent.contacts), agent.reason, pending

    def _share(self, share: Share) -> str:
        return self.text("of", share=share.share, count=share.count, of=share.of) if share.share is not None else "-"

    def event(self, event: CentreEvent, *, names_place: bool) -> str:
        """One line of a time line, or of the stream, where it says which contact is meant."""
        when = datetime.fromtimestamp(event.at_ms / 1000).astimezone().strftime("%H:%M:%S")
        where = [f"{event.contact.contact_id} {self._place(event.contact)}"] if names_place and event.contact else []
        late = [self.text("late", s=event.late_ms // 1000)] if event.late_ms >= 1000 else []
        said = [self._what(event), event.by, event.reason, _summary(event), _one_line(event.text)]
        return "  ".join([when, *where, *(word for word in said if word), *late])

    def resident(self, card: ResidentCard) -> tuple[str, ...]:
        """Who may be meant: the id by which one chooses, the place, the name, the care level, and the risks."""
        bed = "-".join(part for part in (card.room, card.bed) if part)
        return card.resident_id, bed, card.name, str(card.care_level), "; ".join(card.risks)

    def _place(self, contact: ContactState) -> str:
        """Ward, room and bed, or what it is about."""
        chinese, english = subject_words(contact.kind, contact.subject)
        where = "-".join(part for part in (contact.room, contact.bed) if part)
        about = chinese if self._language == "zh_CN" else english
        return " ".join(part for part in (contact.ward, where, about) if part)

    def _what(self, event: CentreEvent) -> str:
        contact = event.contact
        asked = ", ".join(contact.offered_to) if contact else ""
        who = event.offer.target if event.offer else asked
        state = self.text(event.agent.state) if event.agent else ""
        step = contact.step + 1 if contact else 0
        return self.text("offered_to" if event.kind == "offered" else event.kind, who=who, state=state, step=step)


def age(ms: int) -> str:
    """`m:ss`, hours in front where there are any."""
    seconds = max(0, ms) // 1000
    minutes = f"{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{seconds // 3600}:{minutes}" if seconds >= 3600 else minutes.removeprefix("0")


def _summary(event: CentreEvent) -> str:
    """How it was summed up: the code and its fields."""
    if event.kind != "resolved" or event.contact is None:
        return ""
    fields = (f"{name}={text}" for name, text in event.contact.fields.items())
    return ", ".join(part for part in (event.contact.wrap_up_code, *fields) if part)


def _one_line(text: str) -> str:
    """Without what a terminal would obey."""
    return " ".join("".join(part for part in text if part.isprintable() or part == "\n").split())
