"""What a record refuses."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from civicwatt_cloud.kit.errors import Conflict, RuleViolation


class BadField(RuleViolation):
    """A value that the field cannot hold."""

    code = "CW-K1101"
    zh = "{title_zh}：“{said}”不是有效的值"
    en = "{title}: '{said}' is no value of this field"
    remedy_zh = "请填写：{expected_zh}"
    remedy_en = "give {expected}"

    def __init__(self, where: str = "", *, field: Any, said: str) -> None:
        zh, en = expected(field)
        super().__init__(where, title_zh=field.zh, title=field.en, said=said, expected_zh=zh, expected=en)


class FieldMissing(RuleViolation):
    """A field that a record must have."""

    code = "CW-K1102"
    zh = "缺少必填项：{titles_zh}"
    en = "required and not given: {titles}"
    remedy_zh = "补上后再保存"
    remedy_en = "fill it in and save again"


class NotWritable(RuleViolation):
    """A field that only the platform itself writes."""

    code = "CW-K1103"
    zh = "不能直接填写：{names}"
    en = "not to be written directly: {names}"
    remedy_zh = "去掉这些字段；它们由流程或计算得出"
    remedy_en = "leave these fields out; a workflow or a computation sets them"


class Outdated(Conflict):
    """Somebody else has changed the record since it was read."""

    code = "CW-K1104"
    zh = "记录已被他人修改（当前第 {rev} 版）"
    en = "somebody has changed the record meanwhile (it is at revision {rev})"
    remedy_zh = "重新打开记录，核对后再保存"
    remedy_en = "open the record again, compare and save"


class AlreadyThere(Conflict):
    """Another record has the same natural key."""

    code = "CW-K1105"
    zh = "已有相同的{titles_zh}"
    en = "there is one with the same {titles} already"
    remedy_zh = "核对；若是同一对象，修改已有记录"
    remedy_en = "check; if it is the same thing, change the record that is there"


def titles_of(fields: Iterable[Any]) -> dict[str, str]:
    """Fields as an error names them."""
    named = list(fields)
    return {"titles_zh": "、".join(one.zh for one in named), "titles": ", ".join(one.en for one in named)}


def expected(field: Any) -> tuple[str, str]:
    """What a field takes, in Chinese and English."""
    kind = field.kind.value
    if kind == "number":
        zh = f"数字，最多 {field.digits} 位小数" if field.digits else "整数"
        en = f"a number with at most {field.digits} decimals" if field.digits else "a whole number"
        if field.least is None:
            return zh, en
        least = Decimal(field.least).scaleb(-field.digits)  # in the unit, as it is typed
        return f"{zh}，不小于 {least}", f"{en}, not below {least}"
    if kind == "choice":
        return (
            "其中之一：" + "、".join(one.zh for one in field.choices),
            "one of: " + ", ".join(one.en for one in field.choices),
        )
    return {
        "text": (f"最多 {field.length} 字", f"at most {field.length} characters"),
        "note": (f"最多 {field.length} 字", f"at most {field.length} characters"),
        "date": ("日期如 2026-11-21", "a date such as 2026-11-21"),
        "moment": ("时间如 2026-11-21T09:30", "a time such as 2026-11-21T09:30"),
        "check": ("是 或 否", "yes or no"),
        "reference": ("已有记录", "a record that exists"),
    }[kind]
