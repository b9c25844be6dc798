"""What `wardbell residents` says, in the words of one language."""

import re

from wardbell_bus.words.words import Words
from wardbell_callcenter.residents.changes import Changes, differences
from wardbell_callcenter.residents.columns import COLUMNS
from wardbell_callcenter.residents.reading import Problem
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
        "problem": "row {row}: {column}: {remedy}",
        "problem_of_head": "the head: {column}: {remedy}",
        "wrong": "{rows} wrong, nothing was imported; mend the table, or give --skip-wrong",
        "empty": "there is no resident in it; nothing was imported",
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
        "problem": "第 {row} 行，{column}：{remedy}",
        "problem_of_head": "表头，{column}：{remedy}",
        "wrong": "{rows} 行有错，未导入；请改正表格，或加 --skip-wrong",
        "empty": "表中没有住户，未导入",
    },
}
_CHINESE = [
    (re.compile(said), chinese)
    for said, chinese in (
        (r"there is no such column; call one (?P<names>.+)", "没有这一栏；请命名为 {names}"),
        (r"the row", "整行"),
        (r"column (?P<at>\d+)", "第 {at} 列"),
        (r"it has no title", "没有标题"),
        (r"there are two columns of it", "有两栏同名"),
        (r"a title has at most (?P<most>\d+) characters", "标题最多 {most} 个字符"),
        (r"it has more cells than the head has titles", "单元格比表头的标题多"),
        (r"it is empty", "不能为空"),
        (r'"(?P<what>.*)" is no number from 0 to (?P<most>\d+), .+', "“{what}”不是 0 到 {most} 的数（越大护理越多）"),
        (r"this table is of (?P<ward>\S+); leave .+", "此表属于 {ward}；请去掉 --ward，或删去这一行"),
        (r'there is no [^"]+"(?P<what>.*)"; known: (?P<known>.+)', "没有“{what}”；已有：{known}"),
        (r'there is no [^"]+"(?P<what>.*)"; is "(?P<near>.*)" meant\?', "没有“{what}”；是否为“{near}”？"),
        (r"it has more than (?P<most>\d+) characters", "超过 {most} 个字符"),
        (r"it has a line break or another control character", "含有换行或其他控制字符"),
        (r"(?P<what>.+) stands in row (?P<row>\d+), too", "{what} 在第 {row} 行已有"),
    )
]


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

    def problem(self, problem: Problem) -> str:
        """Where something is wrong, and what to do."""
        column, remedy = problem.column, problem.remedy
        if self.code == "zh_CN":
            column, remedy = _in_chinese(column), _in_chinese(remedy)
        return self.text("problem" if problem.row else "problem_of_head", row=problem.row, column=column, remedy=remedy)

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


def _in_chinese(told: str) -> str:
    """As `residents/reading.py` says it in English; what is not known here stays as it came."""
    for said, chinese in _CHINESE:
        found = said.fullmatch(told)
        if found:
            return chinese.format(**found.groupdict())
    return told
