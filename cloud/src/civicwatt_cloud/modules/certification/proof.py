"""Figures that anybody can compute again: inputs, formulas and results, the same bytes each time. Pure.

A pack is JSON: cases, each with a formula and its version, inputs and result; and a seal of every input.
Whoever recomputes it gets the same bytes; where a byte was changed the place is named: a result that does not
follow, an input that its seal does not fit. Seals tell of accidents, of careless hands; they sign nothing.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

FORMAT = "civicwatt.proof/1"
DIGITS = 6  # decimals of a result, half even
SEAL = 8  # hex digits of SHA-256 [engineering default]
TOP = 40  # differences that are told
MADE = ("format", "seals", "cases")

Inputs = Mapping[str, Any]


class Difference(NamedTuple):
    """A place whose value is not what follows from the inputs."""

    place: str
    said: str
    follows: str


class Verdict(NamedTuple):
    """What came of a recomputation."""

    cases: int
    differences: list[Difference]

    @property
    def is_same(self) -> bool:
        """Whether the same bytes came out."""
        return not self.differences


def rendered(pack: Mapping[str, Any]) -> bytes:
    """A pack as its bytes."""
    return (json.dumps(pack, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def computed(pack: Mapping[str, Any]) -> dict[str, Any]:
    """A pack with results and seals as they follow from its inputs. Errors: KeyError, ValueError, …"""
    given = {key: one for key, one in pack.items() if key not in MADE}
    bare = [{key: one for key, one in case.items() if key != "result"} for case in pack["cases"]]
    return {
        **given,
        "format": FORMAT,
        "cases": [{**case, "result": FORMULAS[case["formula"]](case["inputs"])} for case in bare],
        "seals": {place: _seal(one) for place, one in leaves({**given, "cases": bare})},
    }


def verify(data: bytes) -> Verdict:
    """Compute a pack again and compare the bytes."""
    try:
        pack = json.loads(data.decode())
        again = computed(pack)
    except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError) as error:
        return Verdict(0, [Difference(_where(error), repr(error)[:200], "")])
    said, follows = dict(leaves(pack)), dict(leaves(again))
    found = [
        Difference(place, str(said.get(place, "—")), str(follows.get(place, "—")))
        for place in sorted(said.keys() | follows.keys())
        if said.get(place) != follows.get(place)
    ]
    if not found and (own := rendered(again)) != data:
        at = next((n for n, pair in enumerate(zip(data, own, strict=False)) if pair[0] != pair[1]), len(own))
        line = data.count(b"\n", 0, at) + 1
        found = [Difference(f"byte {at}, line {line}", repr(data[at : at + 1]), repr(own[at : at + 1]))]
    return Verdict(len(pack["cases"]), found[:TOP])


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no others, with its place: `cases/0/inputs/people`."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from leaves(one, f"{place}/{key}" if place else str(key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from leaves(one, f"{place}/{number}" if place else str(number))
    else:
        yield place, value


def text(value: Fraction) -> str:
    """A result: six decimals, half even, without zeros at the end."""
    whole = round(value * 10**DIGITS)
    return f"{Decimal(whole).scaleb(-DIGITS):f}".rstrip("0").rstrip(".")


def coal(inputs: Inputs) -> dict[str, Any]:
    """Σ amount × factors [kgce], and divided by area and people where they are given.

    Source: GB/T 2589, 综合能耗计算通则; the factors are inputs with their own sources.
    """
    parts = {}
    for one in inputs["amounts"]:
        value = Fraction(one["amount"])
        for factor in one["factors"]:
            value *= Fraction(factor["value"])
        parts[one["carrier"]] = value
    total = sum(parts.values(), Fraction(0))
    found = {"parts": {key: text(one) for key, one in parts.items()}, "kgce": text(total)}
    found["tce"] = text(total / 1000)
    for key, name in (("area", "kgce_per_m2"), ("people", "kgce_per_person")):
        if key in inputs:
            found[name] = text(total / Fraction(inputs[key]))
    return found


def band(inputs: Inputs) -> dict[str, Any]:
    """Points of figures against a mean: the most points whose limit × mean is not exceeded."""
    mean = Fraction(inputs["mean"])
    limits = [(mean * Fraction(up_to), Fraction(points)) for up_to, points in inputs["bands"]]
    return {
        one: text(max((points for limit, points in limits if Fraction(one) <= limit), default=Fraction(0)))
        for one in inputs["figures"]
    }


def verdict(inputs: Inputs) -> dict[str, Any]:
    """Passed from the pass mark on, with no ★ item at 0."""
    is_enough = Fraction(inputs["score"]) >= Fraction(inputs["pass_mark"])
    return {"outcome": "passed" if is_enough and not inputs["stars_at_zero"] else "failed"}


def target(inputs: Inputs) -> dict[str, Any]:
    """What is left of a base after so many percent less, and the yearly rate [%] that leads there."""
    left = 1 - Fraction(inputs["percent"]) / 100
    rate = (1 - float(left) ** (1 / int(inputs["years"]))) * 100
    return {"target": text(Fraction(inputs["base"]) * left), "yearly_percent": f"{rate:.3f}"}


def certified(inputs: Inputs) -> dict[str, Any]:
    """A certified figure: months of counters × factors, by the mean of its dated denominator.

    Beside the energy booked stands the difference of the two raw readings each counter rests on.
    """
    start, end = (date.fromisoformat(inputs[one]) for one in ("start", "end"))
    factors = {key: _product(one) for key, one in inputs["factors"].items()}
    total, counters = Fraction(0), {}
    for one in inputs["counters"]:
        booked = sum((Fraction(month) for month in one["months"].values()), Fraction(0))
        total += booked * factors[one["carrier"]]
        raw = (
            None if one["first"] is None else Fraction(one["last"]["value"]) - Fraction(one["first"]["value"])
        )
        counters[one["device"]] = {
            "booked": text(booked),
            "between_readings": None if raw is None else text(raw),
        }
    weighted = sum(
        (Fraction(one["value"]) * _days(one, start, end) for one in inputs["denominators"]), Fraction(0)
    )
    mean = weighted / (end - start).days
    return {
        "amount": text(total),
        "denominator": text(mean),
        "figure": text(total / mean),
        "counters": counters,
    }


FORMULAS: Mapping[str, Callable[[Inputs], dict[str, Any]]] = {
    "coal@1": coal,
    "band@1": band,
    "verdict@1": verdict,
    "target@1": target,
    "certified@1": certified,
}


def _product(rows: list[Mapping[str, str]]) -> Fraction:
    made = Fraction(1)
    for one in rows:
        made *= Fraction(one["value"])
    return made


def _days(row: Mapping[str, Any], start: date, end: date) -> int:
    first = max(start, date.fromisoformat(row["from"]))
    last = min(end, date.fromisoformat(row["to"]) if row["to"] else end)
    return max(0, (last - first).days)


def _seal(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:SEAL]


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"byte {error.pos}, line {error.lineno}"
    return f"byte {error.start}" if isinstance(error, UnicodeDecodeError) else "inputs"
