from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.quantity import MICRO, format_micro, from_micro, to_micro

micros = st.integers(-(2**33) * MICRO + 1, 2**33 * MICRO - 1)  # what a double resolves


@given(micros)
def test_micro_to_double_and_back_is_exact(micro: int) -> None:
    assert to_micro(micro / MICRO) == micro


@given(micros)
def test_text_and_decimal_are_exact(micro: int) -> None:
    assert from_micro(micro) * MICRO == micro
    assert to_micro(Decimal(format_micro(micro))) == micro
    assert "E" not in str(from_micro(micro))


@given(st.decimals(-(10**9), 10**9, places=9))
def test_rounds_half_to_even(value: Decimal) -> None:
    assert to_micro(value) == int((value * MICRO).to_integral_value(ROUND_HALF_EVEN))


@pytest.mark.parametrize(
    ("micro", "text"),
    [(0, "0"), (1_500_000, "1.5"), (-5, "-0.000005"), (10_000_000, "10"), (-1_000_000, "-1")],
)
def test_text_has_no_needless_zeros(micro: int, text: str) -> None:
    assert format_micro(micro) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_number_is_no_quantity(value: float) -> None:
    with pytest.raises((ValueError, OverflowError)):
        to_micro(value)
