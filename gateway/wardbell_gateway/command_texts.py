"""What the gateway's commands print for people, in both languages, beside the shared words. Errors are English."""

from wardbell_bus.words.words import Words

TEXTS = {
    "en": {
        "signal.normal": "call",
        "signal.presence": "presence",
        "signal.reset": "reset",
        "signal.heartbeat": "heartbeat",
        "signal.test": "test call",
        "signal.key_well": "button well",
        "margin.weak": "weak",
        "margin.fair": "fair",
        "margin.good": "good",
        "word.air": "air",
        "yes": "yes",
        "no": "no",
        "never": "never",
        "minutes": "{n} min",
        "hours": "{n} h",
        "days": "{n} d",
        "seconds": "{s:.1f} s",
        "calls.head": "place|kind|state|age|presses|by|call",
        "calls.none": "{ward}: nothing is open",
        "chain.head": "when|result|answered|missing|radio|test call",
        "chain.good": "ok",
        "chain.bad": "FAILED",
        "chain.none": (
            "no test was made yet; `wardbell self-test --now` makes one, `wardbell enrol --self-test` sets the daily time"
        ),
        "chain.begun": "ward {ward}: a test is under way; `wardbell self-test` shows it in {s} s",
        "stations.head": "place|heard|said|beats|lost|battery|quality|trend|fault",
        "stations.none": "no station has a fault",
        "sheet.title": "Button test, ward {ward}, {date}",
        "sheet.head": "room|bed|button|last heard|OK|not OK|not fitted|defect|signature",
        "sheet.none": "every button was heard within {days} days",
        "round.on": "ward {ward}: the test round is on for {minutes} min: the first press of each button is its test",
        "round.over": "ward {ward}: the test round is over",
        "round.tests": "These were taken for tests. One that you did not press was a resident: go there.",
        "survey.begin": "press the buttons; each line comes when the press is over. Ctrl-C ends",
        "survey.head": "time|ear|station|place|signal|copies|quality|margin",
        "enrol.listen": "press the remote near the receiver; Ctrl-C ends",
        "enrol.ward": "ward {ward} begins in {path}. Next: wardbell provision --room … --bed …",
        "enrol.self_test": "the chain is tested each day at {at}. Next: wardbell self-test --now",
        "enrol.done": "{id} is enrolled: {sends}.\nNext: press its button; `wardbell calls list` shows the call.",
        "enrol.removed": "{id} is removed. Its remote is unknown from now on.",
        "enrol.count": "ward {ward}, stations: {count}",
        "enrol.head": "station|place|cleared at|sends",
        "enrol.node": "node {id}, with a key",
        "enrol.address": "address {address}",
        "enrol.unknown_node": (
            "node {id} with a key, heard {times} times: not of this ward; to take it in, give it a key of its"
            " station's: wardbell provision --room …"
        ),
        "enrol.unknown": "{hex} ({trits}), heard {times} times: enrol with --code {hex} --signal …",
        "enrol.or_node": ", or --address {address} if it is a node of ours",
    },
    "zh_CN": {
        "signal.normal": "呼叫",
        "signal.presence": "护士到位",
        "signal.reset": "复位",
        "signal.heartbeat": "心跳",
        "signal.test": "测试呼叫",
        "signal.key_well": "按键恢复",
        "margin.weak": "弱",
        "margin.fair": "一般",
        "margin.good": "好",
        "word.air": "无线",
        "yes": "有",
        "no": "无",
        "never": "从未",
        "minutes": "{n} 分钟",
        "hours": "{n} 小时",
        "days": "{n} 天",
        "seconds": "{s:.1f} 秒",
        "calls.head": "床位|类别|状态|时长|次|应答|编号",
        "calls.none": "{ward}：没有未处理的呼叫",
        "chain.head": "时间|结果|已应答|未应答|无线|测试呼叫",
        "chain.good": "正常",
        "chain.bad": "不合格",
        "chain.none": "还没有自检记录；`wardbell self-test --now` 立即自检，`wardbell enrol --self-test` 设定每日时间",
        "chain.begun": "{ward}：自检已开始；{s} 秒后用 `wardbell self-test` 查看",
        "stations.head": "床位|上次收到|内容|心跳|丢失|电池|质量|趋势|故障",
        "stations.none": "没有故障",
        "sheet.title": "按钮测试表 {ward} {date}",
        "sheet.head": "房间|床位|按钮|上次收到|正常|不正常|未安装|问题|签名",
        "sheet.none": "{days} 天内每个按钮的信号都收到过",
        "round.on": "{ward}：测试已开始，持续 {minutes} 分钟：每个按钮第一次按下是测试",
        "round.over": "{ward}：测试已结束",
        "round.tests": "以下呼叫被当作测试。如有不是您按的，就是住户按的：请马上去看。",
        "survey.begin": "请按按钮；每次按完显示一行。Ctrl-C 结束",
        "survey.head": "时间|接收端|按钮编号|床位|信号|份数|质量|余量",
        "enrol.listen": "请在接收器附近按遥控器；Ctrl-C 结束",
        "enrol.ward": "病区 {ward} 的登记表在 {path}。下一步：wardbell provision --room … --bed …",
        "enrol.self_test": "每天 {at} 全链路自检。下一步：wardbell self-test --now",
        "enrol.done": "{id} 已登记：{sends}。\n下一步：按一下它的按钮，用 `wardbell calls list` 查看呼叫。",
        "enrol.removed": "{id} 已删除，其遥控器从现在起不再识别。",
        "enrol.count": "病区 {ward}，{count} 个按钮",
        "enrol.head": "编号|床位|可消除处|发送",
        "enrol.node": "节点 {id}，有密钥",
        "enrol.address": "地址 {address}",
        "enrol.unknown_node": (
            "有密钥的节点 {id}，收到 {times} 次：不属于本病区；要收入，请用床位的密钥写入：wardbell provision --room …"
        ),
        "enrol.unknown": "{hex}（{trits}），收到 {times} 次：用 --code {hex} --signal … 登记",
        "enrol.or_node": "；若是本系统的节点，用 --address {address}",
    },
}


class CommandWords(Words):
    """What a command says; `code` is `en` or `zh_CN`."""

    def __init__(self, code: str) -> None:
        super().__init__(code, TEXTS[code])

    def head(self, key: str) -> tuple[str, ...]:
        """A table's columns."""
        return tuple(self.text(key).split("|"))

    def signal(self, signal: str) -> str:
        """What a station said: a call by its kind, a fault of its own by its name."""
        return self.known(f"signal.{signal}", "") or self.known(f"kind.{signal}", self.fault(signal))

    def ago(self, ms: int) -> str:
        """How long ago, in few cells."""
        minutes = max(0, ms) // 60_000
        if minutes < 120:
            return self.text("minutes", n=minutes)
        return self.text("hours", n=minutes // 60) if minutes < 2880 else self.text("days", n=minutes // 1440)
