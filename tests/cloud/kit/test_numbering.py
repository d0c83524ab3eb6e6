"""Numbers: in order, without gaps, by year and node, with a check character."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.numbering import ALPHABET, check_character, next_number, node_number

THREADS, EACH = 6, 5


def is_whole(number: str) -> bool:
    """Whether a number ends in its check character."""
    return check_character(number[:-1]) == number[-1]


def test_the_check_character_is_that_of_iso_7064_mod_37_36() -> None:
    assert check_character("A12425GABC1234002") == "M"  # the vector of python-stdnum
    assert is_whole("A1-2425G-ABC1234002-M")


@given(st.text(ALPHABET, min_size=1, max_size=30), st.data())
def test_one_wrong_character_is_found(text: str, data: st.DataObject) -> None:
    number = text + check_character(text)
    assert is_whole(number)
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from(ALPHABET))
    assume(wrong != number[place])
    assert not is_whole(number[:place] + wrong + number[place + 1 :])


def test_each_node_and_year_counts_for_itself(db: Database) -> None:
    with db.session() as session:
        given = [
            node_number(session, "WX", year, node)
            for year, node in ((2026, "U1"), (2026, "U1"), (2026, "U2"), (2027, "U1"))
        ]
        assert next_number(session, "WX", 2026) == "WX-2026-000001"
    assert [one[:-2] for one in given] == [
        "WX-2026-U1-000001",
        "WX-2026-U1-000002",
        "WX-2026-U2-000001",
        "WX-2027-U1-000001",
    ]
    assert all(is_whole(one) for one in given)


def test_a_transaction_that_fails_leaves_no_gap(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.session() as session:
        len(node_number(session, "WX", 2026, "U1")) / 0
    with db.session() as session:
        assert node_number(session, "WX", 2026, "U1").startswith("WX-2026-U1-000001-")


@pytest.mark.parametrize("beside", [False, True])
def test_many_at_once_get_every_number_once(db: Database, beside: bool) -> None:
    def take(_: int) -> list[str]:
        found = []
        for _ in range(EACH):
            if beside:
                found.append(db.beside(lambda session: node_number(session, "WX", 2026, "U1")))
            else:
                with db.session() as session:
                    found.append(node_number(session, "WX", 2026, "U1"))
        return found

    with ThreadPoolExecutor(THREADS) as pool:
        given = [number for some in pool.map(take, range(THREADS)) for number in some]
    assert sorted(int(one.split("-")[3]) for one in given) == list(range(1, THREADS * EACH + 1))
