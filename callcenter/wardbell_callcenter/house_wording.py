"""What `wardbell house` says, in the words of one language. What is wrong with a document is told in English, beside its key."""

from wardbell_bus.words.words import Words
from wardbell_callcenter.house import House

TEXTS = {
    "en": {
        "made": "{file}: change its names, then `wardbell house check {file}`",
        "right": "{file}: nothing wrong: {summary}",
        "same": "revision {revision} is the same document: nothing to do",
        "revision": "revision {revision}: {summary}",
        "strange": "of another version of Wardbell",
        "joint": ", ",
        "ward": "{n} ward",
        "wards": "{n} wards",
        "agent": "{n} agent",
        "agents": "{n} agents",
        "policy": "{n} policy",
        "policies": "{n} policies",
        "roster": "{n} roster",
        "rosters": "{n} rosters",
        "history": "revision|when|by|what is in it",
        "tokens": "token|made|ends|of whom|label",
        "no_tokens": "there are no tokens",
        "revoked": "revoked",
        "ended": "ended",
    },
    "zh_CN": {
        "made": "{file}：请改成本院的名称，再运行 `wardbell house check {file}`",
        "right": "{file}：没有错误：{summary}",
        "same": "与第 {revision} 版相同，无需更改",
        "revision": "第 {revision} 版：{summary}",
        "strange": "由另一版本的 Wardbell 写成",
        "joint": "，",
        "ward": "{n} 个病区",
        "wards": "{n} 个病区",
        "agent": "{n} 名坐席",
        "agents": "{n} 名坐席",
        "policy": "{n} 个策略",
        "policies": "{n} 个策略",
        "roster": "{n} 张排班表",
        "rosters": "{n} 张排班表",
        "history": "版本|时间|修改人|内容",
        "tokens": "令牌|生成|到期|属于|说明",
        "no_tokens": "没有令牌",
        "revoked": "已撤销",
        "ended": "已过期",
    },
}


class Wording(Words):
    """One language; `code` is `en` or `zh_CN`."""

    def __init__(self, code: str) -> None:
        super().__init__(code, TEXTS[code])

    def head(self, key: str) -> tuple[str, ...]:
        """A table's columns."""
        return tuple(self.text(key).split("|"))

    def summary(self, house: House) -> str:
        """How much of what there is in the document."""
        counts = (
            ("ward", "wards", len(house.wards)),
            ("agent", "agents", len(house.agents)),
            ("policy", "policies", len(house.policies)),
            ("roster", "rosters", len(house.rosters)),
        )
        return self.text("joint").join(self.text(one if n == 1 else many, n=n) for one, many, n in counts)
