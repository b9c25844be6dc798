"""What the columns of a table of residents are called, in English and Chinese."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "resident_id": ("resident_id", "resident", "id", "number", "编号", "住户编号", "住户号", "档案号", "住院号"),
    "ward": ("ward", "unit", "病区", "护理区", "楼区", "区域"),
    "room": ("room", "room_number", "房间", "房间号", "房号", "病房"),
    "bed": ("bed", "bed_number", "床位", "床位号", "床号"),
    "name": ("name", "full_name", "姓名", "住户姓名", "名字"),
    "care_level": ("care_level", "level", "护理等级", "护理级别", "照护等级"),
    "priority_class": ("priority_class", "resident_class", "优先级", "优先类别", "住户类别"),
    "key_carer": ("key_carer", "carer", "key_nurse", "责任护士", "责任护理员", "责任人", "护理员"),
    "risks": ("risks", "risk", "warnings", "风险", "风险提示", "注意事项", "警示"),
}
NEEDED = ("resident_id", "ward", "room", "name")
_OF = {name: column for column, names in COLUMNS.items() for name in names}


def column_of(title: str) -> str | None:
    """Which of COLUMNS a title means; None: another one, of the house's own."""
    return _OF.get(folded(title))


def folded(title: str) -> str:
    """The same for titles that differ in capitals, spaces and hyphens only."""
    return "_".join(title.replace("-", " ").casefold().split())
