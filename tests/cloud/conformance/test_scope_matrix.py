"""S07: every route of every entity × six roles × four organisations, with the ids of the others: no leak."""

import pytest
from cloud.conformance.conftest import ORGANISATIONS, SIX, Installation
from cloud.conformance.deeds import Deed, deed
from cloud.conformance.samples import ENTITIES, place

from civicwatt_cloud.kit.records.entity import Entity, Module

pytestmark = pytest.mark.asyncio(loop_scope="module")
REFUSED = {403, 404}


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
async def test_s07_lists_and_workbooks_hold_the_own_records_only(
    installation: Installation, pair: tuple[Module, Entity]
) -> None:
    entity = pair[1]
    for role in SIX:
        for owner in ORGANISATIONS:
            answer = await installation.clients[role, owner].get(f"/api/v1/{place(pair)}")
            if role in entity.read:
                assert answer.status_code == 200, answer.text
                seen = {row["owner_id"] for row in answer.json()["rows"]}
                assert seen == {owner}, (role, owner)
            else:
                assert answer.status_code == 403


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
async def test_s07_what_belongs_to_another_does_not_exist(
    installation: Installation, pair: tuple[Module, Entity]
) -> None:
    """404 for whoever may read such records, 403 for whoever may not; never anything else."""
    tried = 0
    for role in SIX:
        for owner in ORGANISATIONS if role in pair[1].read else [1]:  # who may not read is asked nowhere else
            other = owner % len(ORGANISATIONS) + 1
            record_id = installation.records[place(pair), other]
            for one in _deeds(installation, pair, record_id):
                answer = await installation.clients[role, owner].request(**one._asdict())
                expected = REFUSED if role in pair[1].read else {403}
                assert answer.status_code in expected, (role, owner, one, answer.text)
                assert "样本" not in answer.text
                tried += 1
    assert tried >= len(SIX)


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
async def test_nobody_gets_anything_without_signing_in(
    installation: Installation, pair: tuple[Module, Entity]
) -> None:
    record_id = installation.records[place(pair), 1]
    for one in (Deed("GET", f"/api/v1/{place(pair)}"), *_deeds(installation, pair, record_id)):
        answer = await installation.anonymous.request(**one._asdict())
        assert answer.status_code == 401, (one, answer.text)


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
async def test_s07_a_record_of_another_cannot_be_made(
    installation: Installation, pair: tuple[Module, Entity]
) -> None:
    if not pair[1].write:
        return
    for role in SIX:
        answer = await installation.clients[role, 1].post(f"/api/v1/{place(pair)}", json={"owner_id": 4})
        assert answer.status_code in ({404, 422} if role in pair[1].write else {403}), answer.text


def _deeds(installation: Installation, pair: tuple[Module, Entity], record_id: int) -> list[Deed]:
    """Every route that takes the id of such a record, as the OpenAPI document tells them."""
    base = f"/api/v1/{place(pair)}/{{record_id}}"
    document = installation.app.openapi()
    return [
        deed(document, path, method, {"record_id": record_id})
        for path, methods in document["paths"].items()
        if path == base or path.startswith(base + "/")
        for method in methods
    ]
