"""K17: one search over all modules, within the actor's scope; two Chinese characters find."""

import pytest
from small_city import CITY, EAST, WEST, context
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.search import EACH, search
from civicwatt_cloud.modules.catalogue import MODULES
from civicwatt_cloud.modules.org.module import MODULE

PERSON, POST, LIAISON = (MODULE.entity(key) for key in ("person", "post", "liaison"))


@pytest.fixture
def east(session: Session) -> Context:
    """The east with a person, a post and a matter that sound alike."""
    made = context(session, Role.ORGANISATION_MANAGER, EAST)
    wang = registry.create(made, PERSON, 1, {"number": "P-1", "name": "王资产", "rank": "正科级"})
    registry.create(made, POST, 3, {"number": "G-1", "title": "资产管理员", "rank": "正科级"})
    registry.create(made, LIAISON, 1, {"matter": "国有资产年报100%", "person_id": wang.id})
    return made


def titles(who: Context, words: str) -> list[str]:
    return [one.title for one in search(who, MODULES, words)]


def test_two_characters_find_in_all_modules_and_titles_that_begin_so_come_first(east: Context) -> None:
    assert titles(east, "资产") == ["资产管理员", "王资产", "国有资产年报100%"]
    assert [(one.entity, one.path, one.owner) for one in search(east, MODULES, " p-1 ")] == [
        ("person", "people", "单位1")
    ]


@pytest.mark.parametrize("words", ["%%", "__", "' OR 1=1 --", "资 产", "  ", "\\"])
def test_s19_what_is_searched_for_is_a_text_and_no_pattern(east: Context, words: str) -> None:
    assert titles(east, words) == []
    assert titles(east, "100%") == ["国有资产年报100%"]


def test_what_is_out_of_scope_is_not_found(east: Context) -> None:
    session = east.session
    assert titles(context(session, Role.ORGANISATION_MANAGER, WEST), "资产") == []
    assert titles(context(session, Role.LIAISON, institution=3), "资产") == ["资产管理员"]
    assert titles(context(session, Role.DISCIPLINE, CITY), "资产") == []


def test_a_kind_with_many_hits_leaves_room_for_the_others(east: Context) -> None:
    for n in range(EACH + 5):
        registry.create(east, PERSON, 1, {"number": f"Q-{n}", "name": f"资产{n}", "rank": "正科级"})
    found = [one.entity for one in search(east, MODULES, "资产")]
    assert (found.count("person"), found.count("post")) == (EACH, 1)
