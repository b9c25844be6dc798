"""Where the parts go in a room and its bathroom: a picture with heights above the floor, in both languages.

Heights: call buttons of bathrooms 400 to 500 mm (GB 50763-2012 §3.11.5), a pull cord to within 6 in (150 mm) of the floor and an
emergency button at 24 in (610 mm) (Minnesota Rule 4658.4635); the others are ours.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

CORD_END_MM = 100
CORD_END_MOST_MM = 150
BATH_BUTTON_MM = (400, 500)
NODE_MM = 1200
RESET_MM = 1000
RECEIVER_MM = 1500

LEGEND = (
    (
        "handset: on the bed, in reach of the weaker hand too; its cable is watched",
        "手柄：放在床上，较弱的手也够得着；电缆受监测",
    ),
    (
        "node: lamp in sight of the bed, aerial upright, 100 mm or more from metal",
        "床头节点：指示灯从床上看得见，天线竖直，离金属 100 mm 以上",
    ),
    ("reset key: where staff stand at the bed", "复位键：护理人员站在床旁即可够到"),
    (
        f"pull cord: ends at most {CORD_END_MOST_MM} mm above the floor, free of furniture",
        f"拉绳：末端离地不超过 {CORD_END_MOST_MM} mm，周围无遮挡",
    ),
    ("bathroom button, where there is one: 400 to 500 mm", "卫生间按钮（如有）：离地 400 至 500 mm"),
    (
        "receiver: aerial upright, 1 m from computers, screens, LED lamps and supplies",
        "接收器：天线竖直，离电脑、屏幕、LED 灯和电源 1 m",
    ),
    ("5 V adapter: on a socket that no switch turns off", "5 V 适配器：接在没有开关控制的插座上"),
)

_FLOOR, _SCALE = 560.0, 0.2  # pixels; pixels a mm
_HEIGHT = int(_FLOOR) + 50 + 26 * len(LEGEND)
_FONT = "font-family='DejaVu Sans, Noto Sans CJK SC, WenQuanYi Zen Hei, sans-serif'"
_ROOMS = ((20, 500, "Room  房间"), (540, 300, "Bathroom  卫生间"), (860, 360, "Nurses' station  护士站"))


def mounting() -> str:
    """The picture as SVG."""
    body = "\n".join([*_rooms(), *_bed_side(), *_bathroom(), *_station(), *_legend()])
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1240 {_HEIGHT}' width='1240' height='{_HEIGHT}'>\n"
        f"<rect width='1240' height='{_HEIGHT}' fill='#ffffff'/>\n{body}\n</svg>\n"
    )


def _y(height_mm: float) -> float:
    return _FLOOR - height_mm * _SCALE


def _text(x: float, y: float, text: str, size: int = 14, colour: str = "#222222") -> str:
    return f"<text x='{x}' y='{y}' {_FONT} font-size='{size}' fill='{colour}'>{escape(text)}</text>"


def _number(x: float, y: float, number: int) -> str:
    circle = f"<circle cx='{x}' cy='{y}' r='12' fill='#1565c0'/>"
    return (
        circle + f"<text x='{x}' y='{y + 5}' {_FONT} font-size='14' fill='#ffffff' text-anchor='middle'>{number}</text>"
    )


def _height(x: float, mm: float, text: str) -> str:
    """A dashed measure from the floor up to a part's lower edge."""
    line = f"<line x1='{x}' y1='{_FLOOR}' x2='{x}' y2='{_y(mm)}' stroke='#1565c0' stroke-dasharray='4 3'/>"
    return line + _text(x + 5, _FLOOR - 8, f"{text} mm", 12, "#1565c0")


def _box(x: float, mm: float, width: int, height: int, colour: str) -> str:
    y = _y(mm) - height / 2
    return f"<rect x='{x}' y='{y}' width='{width}' height='{height}' rx='4' fill='{colour}' stroke='#333333'/>"


def _upright(x: float, mm: float, length: int) -> str:
    return f"<line x1='{x}' y1='{_y(mm)}' x2='{x}' y2='{_y(mm) - length}' stroke='#333333' stroke-width='3'/>"


def _rooms() -> Iterator[str]:
    for x, width, name in _ROOMS:
        size = f"width='{width}' height='{2500 * _SCALE}'"
        yield f"<rect x='{x}' y='{_y(2500)}' {size} fill='#fafafa' stroke='#888888' stroke-width='2'/>"
        yield _text(x + 10, _y(2500) - 12, name, 16)
    yield f"<line x1='10' y1='{_FLOOR}' x2='1230' y2='{_FLOOR}' stroke='#444444' stroke-width='3'/>"


def _bed_side() -> Iterator[str]:
    yield f"<rect x='54' y='{_y(550)}' width='230' height='40' fill='#d9e6f2' stroke='#445566'/>"
    yield f"<rect x='40' y='{_y(900)}' width='14' height='{900 * _SCALE}' fill='#c8b39a' stroke='#445566'/>"
    cable = f"M330 {_y(NODE_MM)} C 240 {_y(700)}, 210 {_y(900)}, 190 {_y(600)}"
    yield f"<path d='{cable}' fill='none' stroke='#333333' stroke-width='3'/>"
    yield _box(172, 600, 36, 18, "#f2a900") + _number(150, _y(720), 1)
    yield _upright(353, NODE_MM + 140, 35) + _box(330, NODE_MM, 46, 56, "#e3efe3")
    yield (
        f"<circle cx='353' cy='{_y(NODE_MM)}' r='7' fill='#c62828'/>"
        + _number(398, _y(NODE_MM), 2)
        + _height(353, NODE_MM - 140, f"{NODE_MM}")
    )
    yield (
        _box(440, RESET_MM, 26, 26, "#a5d6a7")
        + _number(490, _y(RESET_MM), 3)
        + _height(453, RESET_MM - 65, f"{RESET_MM}")
    )


def _bathroom() -> Iterator[str]:
    low, high = BATH_BUTTON_MM
    yield f"<rect x='570' y='{_y(420)}' width='70' height='84' rx='10' fill='#eeeeee' stroke='#777777'/>"
    yield _box(750, 2450, 40, 14, "#e3efe3")
    yield f"<line x1='770' y1='{_y(2420)}' x2='770' y2='{_y(CORD_END_MM)}' stroke='#c62828' stroke-width='3'/>"
    yield f"<circle cx='770' cy='{_y(CORD_END_MM)}' r='7' fill='#c62828'/>" + _number(796, _y(900), 4)
    yield _text(782, _FLOOR - 8, f"{CORD_END_MM} mm", 12, "#1565c0")
    yield (
        _box(665, (low + high) / 2, 24, 24, "#f2a900")
        + _number(712, _y((low + high) / 2), 5)
        + _height(677, low - 15, f"{low}-{high}")
    )


def _station() -> Iterator[str]:
    yield _upright(1066, RECEIVER_MM + 175, 35) + _box(960, RECEIVER_MM, 120, 70, "#e3efe3")
    yield (
        _box(978, RECEIVER_MM + 45, 84, 26, "#b6d7a8")
        + _number(1104, _y(RECEIVER_MM), 6)
        + _height(1020, RECEIVER_MM - 175, f"{RECEIVER_MM}")
    )
    yield f"<path d='M1070 {_y(RECEIVER_MM - 175)} C 1120 {_y(1000)}, 1150 {_y(700)}, 1150 {_y(340)}' fill='none' stroke='#333'/>"
    yield _box(1136, 300, 28, 34, "#dddddd") + _number(1186, _y(300), 7)


def _legend() -> Iterator[str]:
    for row, (english, chinese) in enumerate(LEGEND):
        y = _FLOOR + 40 + 26 * row
        yield _number(32, y - 5, row + 1) + _text(54, y, english) + _text(700, y, chinese)
