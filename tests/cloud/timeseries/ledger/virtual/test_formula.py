"""Formulas: text to a tree, with errors that say where; only what a meter can mean is taken."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.timeseries.ledger.virtual.errors import FormulaProblem
from civicwatt_cloud.timeseries.ledger.virtual.formula import (
    Bound,
    Negative,
    Node,
    Number,
    Operation,
    Reference,
    parse,
)
from civicwatt_cloud.timeseries.ledger.virtual.linear import Cut, Term, from_json, linear, points, to_json

IDS = {"A": 1, "B": 2, "gw-01/M-0101": 3, "4201007": 4, "三号楼": 5}


def terms(text: str) -> tuple[Term, ...]:
    return linear(parse(text), lambda reference: IDS[reference.name])


def whole(*factors: tuple[str, int]) -> tuple[Term, ...]:
    return tuple(Term(Fraction(factor), point) for factor, point in factors)


def test_a_reference_may_hold_minus_and_slash_and_stand_in_brackets() -> None:
    meter, account, code = Reference("gw-01/M-0101", 1), Reference("4201007", 16), Reference("三号楼", 28)
    difference = Operation("-", meter, account, 14)
    assert parse("gw-01/M-0101 - [4201007] + 三号楼") == Operation("+", difference, code, 26)


def test_products_bind_before_sums_and_signs_come_from_any_keyboard() -> None:
    assert parse("A ＋ 2 × B") == parse("A + 2 * B")
    tree = parse("A + 2 * B")
    assert isinstance(tree, Operation)
    assert tree.sign == "+"
    assert isinstance(tree.right, Operation)
    assert parse("（A − B）÷ 4") == parse("(A - B)/ 4")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A", whole(("1", 1))),
        ("A + B + A", whole(("2", 1), ("1", 2))),
        ("A - B", whole(("1", 1), ("-1", 2))),
        ("0.3 * (A - 2 * B) / 4", whole(("3/40", 1), ("-3/20", 2))),
        ("-A", whole(("-1", 1))),
        ("--A", whole(("1", 1))),
        ("A * (1 - 0.25)", whole(("3/4", 1))),
        ("A + B - A", whole(("1", 2))),
        ("max(0, A - B) + B", (Term(Fraction(1), Cut("max", whole(("1", 1), ("-1", 2)))), *whole(("1", 2)))),
        ("min(A - B, 0) * 2", (Term(Fraction(2), Cut("min", whole(("1", 1), ("-1", 2)))),)),
    ],
)
def test_a_formula_means_factors_times_points(text: str, expected: tuple[Term, ...]) -> None:
    assert terms(text) == expected
    assert from_json(to_json(expected)) == expected


def test_the_points_of_a_formula_are_those_that_count() -> None:
    assert points(terms("max(0, A - B) + gw-01/M-0101 - 三号楼 + 三号楼")) == {1, 2, 3}


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "CW-T1321", 1),
        ("A +", "CW-T1321", 4),
        ("A B", "CW-T1321", 3),
        ("(A", "CW-T1321", 3),
        ("A)", "CW-T1321", 2),
        ("A + 2x", "CW-T1321", 5),
        ("1e5 * A", "CW-T1321", 1),
        ("A; B", "CW-T1321", 4),
        ("max(0 A)", "CW-T1321", 7),
        ("[A", "CW-T1321", 1),
        ("__import__('os')", "CW-T1321", 12),
        ("A * B", "CW-T1323", 3),
        ("2 / A", "CW-T1323", 3),
        ("A / (B - B + A)", "CW-T1323", 3),
        ("A + 5", "CW-T1324", 3),
        ("3 * 4", "CW-T1324", 1),
        ("A - A", "CW-T1324", 1),
        ("max(A, B)", "CW-T1325", 1),
        ("max(1, A)", "CW-T1325", 1),
        ("max(0, 0)", "CW-T1325", 1),
        ("A / (1 - 1)", "CW-T1326", 3),
        ("A * 1000001", "CW-T1334", None),
        ("+".join("A" * 200), "CW-T1322", None),
        ("(" * 3000, "CW-T1322", None),
        ("A" * 5000, "CW-T1322", None),
    ],
)
def test_what_is_no_formula_is_refused_with_its_place(text: str, code: str, position: int | None) -> None:
    with pytest.raises(FormulaProblem) as refusal:
        linear(parse(text), lambda reference: {"A": 1, "B": 2}.get(reference.name, 9))
    assert refusal.value.code == code
    assert refusal.value.facts.get("position") == position
    assert all(refusal.value.text(language) for language in ("zh", "en"))


NAMES = st.sampled_from(list(IDS))
TREES: st.SearchStrategy[Node] = st.recursive(
    st.builds(Reference, NAMES, st.just(1))
    | st.builds(Number, st.fractions(0, 99).map(lambda f: Fraction(round(f * 100), 100))),
    lambda inner: (
        st.builds(Negative, inner)
        | st.builds(Operation, st.sampled_from("+-*/"), inner, inner, st.just(1))
        | st.builds(Bound, st.sampled_from(["max", "min"]), inner, inner, st.just(1))
    ),
    max_leaves=12,
)


def shown(node: Node) -> str:
    if isinstance(node, Number):
        whole, rest = divmod(int(node.value * 100), 100)
        return f"{whole}.{rest:02d}"
    if isinstance(node, Reference):
        return f"[{node.name}]"
    if isinstance(node, Negative):
        return f"-({shown(node.of)})"
    if isinstance(node, Bound):
        return f"{node.name}({shown(node.left)}, {shown(node.right)})"
    return f"({shown(node.left)}) {node.sign} ({shown(node.right)})"


def without_places(node: Node) -> Node:
    if isinstance(node, Reference):
        return Reference(node.name, 1)
    if isinstance(node, Negative):
        return Negative(without_places(node.of))
    if isinstance(node, Operation):
        return Operation(node.sign, without_places(node.left), without_places(node.right), 1)
    if isinstance(node, Bound):
        return Bound(node.name, without_places(node.left), without_places(node.right), 1)
    return node


@given(TREES)
def test_every_tree_is_read_back_from_its_text(tree: Node) -> None:
    assert without_places(parse(shown(tree))) == tree


@given(st.text("AB+-*/()[],. 0123456789max楼", max_size=60))
def test_no_text_ends_in_anything_but_a_tree_or_an_error_that_says_so(text: str) -> None:
    with suppress(FormulaProblem):
        assert linear(parse(text), lambda _: 1)
