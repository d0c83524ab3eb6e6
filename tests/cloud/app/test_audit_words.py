"""Whoever reads the audit reads what was done in words, not in the code of a deed."""

import re
from pathlib import Path

import civicwatt_cloud
from civicwatt_cloud.kit.audit_words import WORDS, entity_of, field_words, words
from civicwatt_cloud.modules.catalogue import MODULES

SOURCES = Path(civicwatt_cloud.__file__).parent
NAMED = re.compile(r'(?:Deed\(\s*|\b_note\([\w, ]*)"([a-z_]+)"')


def test_every_deed_that_the_sources_name_has_words() -> None:
    named = {deed for path in SOURCES.rglob("*.py") for deed in NAMED.findall(path.read_text("utf-8"))}
    assert len(named) > 30
    assert named - set(WORDS) == set()


def test_the_deed_of_a_record_is_called_by_its_manifest() -> None:
    room = entity_of(MODULES, "room/17")
    assert words(room, "room_created").zh == "房间：新增"
    assert field_words(room)["use_area"].zh == "使用面积"
    change = entity_of(MODULES, "org_change/1")
    assert words(change, "org_change_approve") == ("机构变更：批准", "change of the organisation: approve")
    assert words(room, "room_handed_on").zh == "房间：更新"
    assert words(entity_of(MODULES, "gw-01"), "unheard_of") == ("unheard_of", "unheard_of")
