"""Whatever the pages are told in Chinese they are told in English too."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

CHINESE = re.compile("[\u4e00-\u9fff]")
NAMES = ("甲", "乙")  # what the register calls people's things stays as it is
SPOKEN = {"title", "reason", "what", "note", "source", "clause", "kind", "level", "expression"} | {
    "template_title",
    "state_reason",
}


def objects(answer: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in the answer."""
    if isinstance(answer, list):
        for one in answer:
            yield from objects(one)
    elif isinstance(answer, dict):
        yield answer
        yield from objects(list(answer.values()))


@pytest.mark.parametrize(
    "path",
    [
        "overview",
        "institutions/{B}",
        "institutions/{B}/figures/energy_per_capita",
        "institutions/{A}/figures/energy_per_area",
        "institutions/{A}/figures/electricity",
        "institutions/{A}/load?from=2026-03-01&to=2026-03-04",
        "figures/energy_per_capita",
        "figures/water",
        "points/{A-L}/readings?date=2026-03-03",
    ],
)
async def test_english_is_as_complete_as_chinese(city: Any, path: str) -> None:
    answer = await city.get(path.format(**city.institutions, **city.points))
    texts = 0
    for thing in objects(answer):
        for name, text in thing.items():
            if not isinstance(text, str) or not CHINESE.search(text) or any(known in text for known in NAMES):
                continue
            if "valid_from" in thing and "subject" in thing:
                continue  # the documents of the register
            texts += 1
            assert name != "en", text
            assert not name.endswith("_en"), text
            assert name not in SPOKEN or thing.get(f"{name}_en"), text
    assert texts
