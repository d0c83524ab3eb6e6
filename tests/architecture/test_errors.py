"""Every error of every distribution: a code of its own, both languages, a remedy, a place in a drawn tree."""

import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

import civicwatt
import civicwatt_cloud
import civicwatt_edge
import civicwatt_protocols
import civicwatt_sim
from civicwatt_protocols.errors import CivicWattError

Error = type[CivicWattError]

# What may stand in a Chinese text as it is: facts, names of files, what a person types.
VERBATIM = re.compile(r'\{\w+\}(:\{\w+\})?|[\w/]+\.py|scale = "1000"')
HALF_WIDTH = re.compile(r"[,;:!?()]")


def below(root: Error) -> Iterator[Error]:
    for child in root.__subclasses__():
        yield child
        yield from below(child)


def errors() -> list[Error]:
    for package in (civicwatt_protocols, civicwatt_edge, civicwatt_sim, civicwatt_cloud, civicwatt):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name and not module.name.endswith("__main__"):
                import_module(module.name)
    return [CivicWattError, *dict.fromkeys(below(CivicWattError))]


EVERY = errors()
CODED = [error for error in EVERY if "code" in vars(error)]
TREES = "\n".join(
    module.__doc__ or ""
    for name, module in sys.modules.items()
    if name.startswith("civicwatt") and name.endswith(("errors", "problems"))
)


def facts(text: str) -> set[str]:
    """The facts a text needs; `detail` and `detail_zh` are one fact in two languages."""
    return {name.removesuffix("_zh") for _, name, _, _ in Formatter().parse(text) if name}


def test_no_two_errors_share_a_code_and_what_has_none_is_only_a_branch() -> None:
    assert len(CODED) > 60
    assert len({error.code for error in CODED}) == len(CODED)
    assert [error.code for error in CODED if not re.fullmatch(r"CW-(0000|[A-Z]\d{4})", error.code)] == []
    assert [error for error in EVERY if error not in CODED and not error.__subclasses__()] == []


@pytest.mark.parametrize("error", CODED, ids=lambda error: error.__name__)
class TestEveryError:
    def test_says_what_is_wrong_and_what_to_do_in_both_languages(self, error: Error) -> None:
        for text in (error.zh, error.remedy_zh):
            assert re.search("[一-鿿]", text)
            assert not HALF_WIDTH.search(VERBATIM.sub("", text)), text
        for text in (error.en, error.remedy_en):
            assert re.search("[a-z]", text)
            assert not re.search("[一-鿿，。：；（）]", text)

    def test_tells_the_same_facts_in_both_languages(self, error: Error) -> None:
        assert facts(error.zh) == facts(error.en)
        assert facts(error.remedy_zh) == facts(error.remedy_en)

    def test_stands_in_a_drawn_tree(self, error: Error) -> None:
        assert re.search(rf"\b{error.__name__}\s+(\d{{3}}\s+)?{error.code}\b", TREES)


def test_the_page_of_all_errors_is_current() -> None:
    root = Path(__file__).parents[2]
    page = subprocess.run(
        [sys.executable, root / "scripts" / "errors-page"], capture_output=True, text=True, check=True
    ).stdout
    assert page == (root / "docs" / "errors.md").read_text("utf-8"), "run `make generate`"
    assert [error.code for error in CODED if f"| `{error.code}` |" not in page] == []
