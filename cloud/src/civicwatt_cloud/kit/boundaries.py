"""The words by which a rule draws its boundary, as the law counts them.

民法典, 第一千二百五十九条: “以上”、“以下”、“以内”、“届满”，包括本数；“不满”、“超过”、“以外”，不包括本数。
"""

from enum import StrEnum
from typing import Any


class Word(StrEnum):
    """The word of a rule row. Inclusive are the first four, exclusive the others."""

    AT_LEAST = "以上"
    AT_MOST = "以下"
    WITHIN = "以内"
    ELAPSED = "届满"
    LESS_THAN = "不满"
    EXCEEDING = "超过"
    BEYOND = "以外"


def holds(word: Word, value: Any, limit: Any) -> bool:
    """Whether `value` is `limit` “以上”, “不满” … it; numbers of one unit, or days, or instants."""
    match word:
        case Word.AT_LEAST | Word.ELAPSED:
            return bool(value >= limit)
        case Word.AT_MOST | Word.WITHIN:
            return bool(value <= limit)
        case Word.LESS_THAN:
            return bool(value < limit)
        case Word.EXCEEDING | Word.BEYOND:
            return bool(value > limit)
