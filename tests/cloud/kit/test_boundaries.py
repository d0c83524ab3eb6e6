"""Boundary words are law: 民法典, 第一千二百五十九条."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit.boundaries import Word, holds

NUMBERS = st.decimals(-1000, 1000, places=2)


@pytest.mark.parametrize("word", ["以上", "以下", "以内", "届满"])
def test_these_words_include_the_number(word: str) -> None:
    assert holds(Word(word), 8, 8)


@pytest.mark.parametrize("word", ["不满", "超过", "以外"])
def test_these_words_exclude_the_number(word: str) -> None:
    assert not holds(Word(word), 8, 8)


@given(NUMBERS, NUMBERS)
def test_each_word_has_its_opposite(value: Decimal, limit: Decimal) -> None:
    assert holds(Word.AT_LEAST, value, limit) != holds(Word.LESS_THAN, value, limit)
    assert holds(Word.WITHIN, value, limit) != holds(Word.BEYOND, value, limit)
    assert holds(Word.AT_MOST, value, limit) != holds(Word.EXCEEDING, value, limit)
    assert holds(Word.ELAPSED, value, limit) == holds(Word.AT_LEAST, value, limit)
