"""Both languages say the same things, in cells of the right width."""

import string

import pytest
from rich.cells import cell_len

from wardbell_bus.words.words import UNPROVEN
from wardbell_console.centre_wording import VERBS_FREE, VERBS_MINE, VERBS_TAKEN
from wardbell_console.language import CATALOGUES, Language, countdown, duration
from wardbell_console.widgets.cells import NARROW, WIDE, columns, fit, line
from wardbell_protocol.calls.call import STATUSES
from wardbell_protocol.calls.escalation import STEP_NAMES
from wardbell_protocol.calls.signals import KINDS


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_with_the_same_fields() -> None:
    en, zh = CATALOGUES["en"], CATALOGUES["zh_CN"]
    assert en.keys() == zh.keys()
    assert {key for key in en if fields(en[key]) != fields(zh[key])} == set()


@pytest.mark.parametrize("code", CATALOGUES)
def test_all_that_travels_on_the_bus_has_a_word(code: str) -> None:
    texts = CATALOGUES[code]
    wanted = [*(f"kind.{kind}" for kind in KINDS), *(f"status.{status}" for status in STATUSES)]
    assert [key for key in [*wanted, *(f"step.{name}" for name in STEP_NAMES)] if not texts.get(key)] == []


@pytest.mark.parametrize(
    ("key", "term"),
    [
        ("kind.staff_assist", "增援"),
        ("kind.bathroom", "卫生间紧急"),
        ("status.placed", "呼叫"),
        ("status.acknowledged", "应答"),
        ("status.attended", "处理中"),
        ("status.cleared", "已处理"),
    ],
)
def test_the_ward_s_chinese_terms(key: str, term: str) -> None:
    assert term in CATALOGUES["zh_CN"][key]


def test_keys_are_told_in_one_line_of_80_cells() -> None:
    for texts in CATALOGUES.values():
        assert cell_len(texts["keys.nurse"]) <= 80
        keys = [text for key, text in texts.items() if key.startswith("keys.")]
        keys += ["  ".join(texts[f"key.{verb}"] for verb in verbs) for verbs in (VERBS_FREE, VERBS_MINE, VERBS_TAKEN)]
        assert max(map(cell_len, keys)) <= 80
        helps = [line for key in ("help.text", "centre_help.text") for line in texts[key].split("\n")]
        assert max(map(cell_len, helps)) <= 74


def test_kinds_and_pending_verbs_fit_their_columns_at_80_cells() -> None:
    widths = dict(columns(78))
    for code, texts in CATALOGUES.items():
        language = Language(code)
        faults = [key.removeprefix("fault.") for key in texts if key.startswith("fault.")]
        kinds = [
            *(language.kind(kind) + UNPROVEN for kind in KINDS),
            language.kind("fault", "low_battery") + UNPROVEN,
            *(language.kind("fault", word) for word in faults),
        ]
        verbs = [texts[f"verb.{verb}"] for verb in ("acknowledge", "clear", "step", "history")]
        states = [language.text(f"verb.{state}", verb=verb) for verb in verbs for state in ("pending", "refused")]
        assert max(map(cell_len, kinds)) <= widths["kind"]
        assert max(map(cell_len, states)) <= widths["stand"]


@pytest.mark.parametrize("width", [20, 78, 80, 109, 110, 118, 200])
@pytest.mark.parametrize("text", ["", "203室2床", "卫生间紧急", "acknowledged Li Na", "李" * 100])
def test_a_line_is_exactly_as_wide_as_the_screen(width: int, text: str) -> None:
    layout = columns(width)
    cells = dict.fromkeys([name for name, _ in (*NARROW, *WIDE)], text)
    smallest = sum(size for _, size in NARROW) + len(NARROW) - 1
    assert cell_len(line(cells, layout)) == max(width, smallest)


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("203-2", 7, "203-2  "),
        ("应答", 5, "应答 "),
        ("已应答", 4, "已 ~"),
        ("已应答", 5, "已应~"),
        ("acknowledged", 6, "ackno~"),
        ("x", 0, ""),
    ],
)
def test_text_is_cut_by_cells_and_says_so(text: str, width: int, fitted: str) -> None:
    assert fit(text, width) == fitted
    assert cell_len(fit(text, width)) == width


def test_places_in_both_grammars() -> None:
    en, zh = Language("en"), Language("zh_CN")
    assert (en.place("203", "2"), zh.place("203", "2")) == ("203-2", "203室2床")
    assert (en.place("203", ""), zh.place("203", "")) == ("203", "203室")
    assert (en.place("203", "wc"), zh.place("203", "wc"), zh.place("203", "sa")) == ("203-wc", "203室 wc", "203室 sa")
    assert (zh.place("wc", ""), zh.place("3楼护士站", ""), zh.place("203室", "2床")) == ("wc", "3楼护士站", "203室-2床")
    assert (en.place("receiver", ""), zh.place("receiver", "")) == ("receiver", "接收器")


def test_who_acknowledged_at_the_receiver_is_told_in_the_language() -> None:
    en, zh = Language("en"), Language("zh_CN")
    assert (en.who("receiver"), zh.who("receiver"), zh.who("李娜")) == ("receiver", "接收器", "李娜")
    assert zh.reason("call east-1: rang again since") == zh.text("reason.rang_again")
    assert (zh.where("receiver"), zh.where("pager")) == ("接收器", "pager")
    assert zh.reason("call east-1: already acknowledged by receiver") == "接收器 已应答"


@pytest.mark.parametrize(
    ("reason", "en", "zh"),
    [
        ("not open", "the call is no longer open", "呼叫已结束"),
        ("already acknowledged by Wu", "already acknowledged by Wu", "Wu 已应答"),
        ("already attended", "already attended", "处理中"),
        ("already taken by wang", "already taken by wang", "已由 wang 接单"),
        ("may not be cleared at the console; clear it at the bed", "may not be cleared from here; clear it at the bed", None),
        ("reason.no_broker", "no connection to the broker, nothing was sent", None),
        ("taken over from wang: late", "taken over from wang late", "从 wang 处拦截 late"),
        ("it is over: cleared_at_bed", "it is over: cleared at bed", "已结束：床旁已消除"),
        ("cleared at bed by 118-1", "cleared at the bed 118-1", "床旁已消除 118-1"),
        ("too many wrong secrets: wait 8 s", "too many wrong secrets, wait 8 s", "口令错误次数过多，请等 8 秒"),
        ("6 calls in 300 s", "6 calls in 300 s", "300 秒内呼叫 6 次"),
        ("east/s-1 is not muted", "east/s-1 is not muted", "east/s-1 未静音"),
        ("a new reason", "a new reason", "a new reason"),
    ],
)  # fmt: skip
def test_reasons_of_authorities_are_translated_where_they_are_known(reason: str, en: str, zh: str | None) -> None:
    assert Language("en").reason(reason) == en
    assert zh is None or Language("zh_CN").reason(reason) == zh


def test_what_is_wrong_with_the_call_centre_is_told_in_the_language() -> None:
    en, zh = Language("en"), Language("zh_CN")
    assert (en.word("muted-east/s-1"), zh.word("muted-east/s-1")) == ("east/s-1 muted", "east/s-1 静音")
    assert (en.word("hook"), zh.word("hook")) == ("routing hook", "路由接口")
    assert (en.word("test-round"), zh.word("something-new")) == ("buttons", "something-new")


def test_times() -> None:
    assert [duration(ms) for ms in (-5, 0, 59_999, 60_000, 3_599_999)] == ["0:00", "0:00", "0:59", "1:00", "59:59"]
    assert [duration(ms) for ms in (3_600_000, 86_400_000 + 3_600_000 * 4)] == ["1h00m", "1d04h"]
    assert [countdown(ms) for ms in (0, 1, 1000, 1001)] == ["0:00", "0:01", "0:01", "0:02"]


def test_the_other_language_and_back() -> None:
    assert Language("en").other().code == "zh_CN"
    assert Language("en").other().other().code == "en"
