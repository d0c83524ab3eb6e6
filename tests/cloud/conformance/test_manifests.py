"""What every module says of itself holds together: titles, fields, states, roles."""

import re

import pytest
from cloud.conformance.samples import ENTITIES, place

from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.roles import ADMINISTRATORS
from civicwatt_cloud.modules.catalogue import MODULES

CHINESE = re.compile("[一-鿿]")


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
def test_everything_has_a_chinese_and_an_english_title(pair: tuple[Module, Entity]) -> None:
    module, entity = pair
    fields = fields_of(entity.model).values()
    choices = [choice for one in fields for choice in one.choices or ()]
    flow = entity.workflow
    named = [module, entity, *fields, *choices, *((*flow.states, *flow.transitions) if flow else ())]
    for one in named:
        assert CHINESE.search(one.zh) or one.zh == one.en, one  # a name such as WGS-84 is its own title
        assert one.en, one
        assert not CHINESE.search(one.en), one


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
def test_what_is_named_is_a_field(pair: tuple[Module, Entity]) -> None:
    entity = pair[1]
    fields = set(fields_of(entity.model)) | {"state", "owner_id"}
    named = {entity.title, *entity.columns, *entity.filters, *entity.searched, *entity.natural_key}
    assert named <= fields


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
def test_s06_no_administrator_reads_and_whoever_works_does(
    pair: tuple[Module, Entity],
) -> None:
    entity = pair[1]
    assert entity.read
    assert not entity.read & ADMINISTRATORS
    assert entity.write <= entity.read
    assert entity.sees_personal <= entity.read
    for arrow in entity.workflow.transitions if entity.workflow else ():
        assert arrow.roles <= entity.read, arrow.event


WITH_FLOW = [pair for pair in ENTITIES if pair[1].workflow]


@pytest.mark.parametrize("pair", WITH_FLOW, ids=place)
def test_no_state_is_dead(pair: tuple[Module, Entity]) -> None:
    """Each is reached from the first, and each that is not final is left again."""
    flow = pair[1].workflow
    assert flow is not None
    keys = [state.key for state in flow.states]
    assert len(set(keys)) == len(keys)
    reached = {flow.first.key}
    for _ in keys:
        reached |= {one.target for one in flow.transitions if reached & set(one.sources)}
    assert reached == set(keys)
    for state in flow.states:
        assert bool(flow.leaving(state.key)) or state.is_final, state.key
    for arrow in flow.transitions:
        assert {*arrow.sources, arrow.target} <= set(keys)
        assert arrow.required <= set(arrow.form)


@pytest.mark.parametrize("module", [one for one in MODULES if one.sections], ids=lambda one: one.key)
def test_each_entity_stands_in_one_section_of_the_menu(module: Module) -> None:
    held = [entity for section in module.sections for entity in section.entities]
    assert sorted(one.key for one in held) == sorted(one.key for one in module.entities)
    for section in module.sections:
        assert CHINESE.search(section.zh), section
        assert section.en
        assert not CHINESE.search(section.en), section


def test_keys_and_paths_are_given_once() -> None:
    assert len({module.key for module in MODULES}) == len(MODULES)
    assert len({place(pair) for pair in ENTITIES}) == len(ENTITIES)
    assert len({entity.key for _, entity in ENTITIES}) == len(ENTITIES)
