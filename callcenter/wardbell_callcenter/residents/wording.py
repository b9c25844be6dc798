"""What `wardbell residents` says, in the words of one language. Errors in a table are English, as all errors of files."""

from wardbell_bus.words.words import Words
from wardbell_callcenter.residents.changes import Changes, differences
from wardbell_callcenter.residents.columns import COLUMNS
from wardbell_callcenter.residents.resident import Resident

TEXTS = {
    "en": {
        "new": "new",
        "changed": "changed",
        "gone": "gone",
        "fields": "further fields",
        "counts": "{new} new, {changed} changed, {gone} gone, {same} as before; read as {form}",
        "dry": "dry run, nothing was stored",
        "joined": "{one}; {other}",
        "not_whole": "nobody was taken for gone, since a row does not say of whom it speaks",
        "none": "nobody lives here",
        "head": "id|ward|place|name|level|risks|",
        "moved_out": "(gone)",
    },
    "zh_CN": {
        "new": "新增",
        "changed": "变更",
        "gone": "迁出",
        "fields": "其他栏目",
        "counts": "新增 {new}，变更 {changed}，迁出 {gone}，未变 {same}；按 {form} 读取",
        "dry": "试运行，未保存",
        "joined": "{one}；{other}",
        "not_whole": "有一行没有写明是谁，因此没有把任何人当作迁出",
        "none": "没有住户",
        "head": "编号|病区|床位|姓名|护理等级|风险|",
        "moved_out": "（已迁出）",
    },
}


class Wording(Words):
    """Rows of the list, and lines about an import; `code` is `en` or `zh_CN`."""

    def __init__(self, code: str) -> None:
        super().__init__(code, TEXTS[code])

    def head(self) -> tuple[str, ...]:
        """The list's columns."""
        return tuple(self.text("head").split("|"))

    def row(self, one: Resident) -> tuple[str, ...]:
        """A resident of the list."""
        gone = self.text("moved_out") if one.is_gone else ""
        place = self.place(one.room, one.bed)
        return one.resident_id, one.ward, place, one.name, str(one.care_level), ", ".join(one.risks), gone

    def changes(self, changes: Changes) -> list[tuple[str, ...]]:
        """What becomes of whom, a row each."""
        rows = [(self.text("new"), *self._who(one), "") for one in changes.new]
        rows += [(self.text("changed"), *self._who(after), self._what(was, after)) for was, after in changes.changed]
        return rows + [(self.text("gone"), *self._who(one), "") for one in changes.gone]

    def counts(self, changes: Changes, form: str, is_dry: bool) -> str:
        """How many of each."""
        new, changed, gone = len(changes.new), len(changes.changed), len(changes.gone)
        counts = self.text("counts", new=new, changed=changed, gone=gone, same=changes.same, form=form)
        return self.text("joined", one=counts, other=self.text("dry")) if is_dry else counts

    def _who(self, one: Resident) -> tuple[str, ...]:
        return one.resident_id, one.ward, self.place(one.room, one.bed), one.name

    def _what(self, before: Resident, after: Resident) -> str:
        """`room 203 -> 204` for each part that is another; risks and fields only by name."""
        return ", ".join(
            f"{self._part(name)} {old or '-'} -> {new or '-'}" if isinstance(old, str | int) else self._part(name)
            for name, old, new in differences(before, after)
        )

    def _part(self, name: str) -> str:
        if self.code == "zh_CN" and name in COLUMNS:
            return next(title for title in COLUMNS[name] if not title.isascii())
        return self.known(name, name)
