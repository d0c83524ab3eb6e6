"""Closed lists of values with their titles."""

from enum import StrEnum
from typing import Self


class Choice(StrEnum):
    """A value of a closed list: `HYBRID = "hybrid", "混合动力", "hybrid"`."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        """The value as it is stored, and what people call it; `X("value")` finds the member."""
        one = str.__new__(cls, value)
        one._value_ = value
        one.zh, one.en = zh, en
        return one


class Sensitivity(Choice):
    """Who may see a record or a field, and how far it may travel."""

    PUBLIC = "public", "公开", "public"
    INTERNAL = "internal", "内部", "internal"
    SENSITIVE = "sensitive", "敏感", "sensitive"
    OFFLINE = "offline", "不联网", "never leaves its node"
