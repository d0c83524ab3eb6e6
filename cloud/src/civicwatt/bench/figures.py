"""What a bench reports: one object a figure, keyed by its id."""

import sys
from collections.abc import Mapping
from typing import Any

Figure = dict[str, Any]  # value, unit, goal, ok; whatever else tells how it came about


def figure(
    value: float | None, unit: str, goal: float, *, at_least: bool = False, also: bool = True, **facts: Any
) -> Figure:
    """A figure whose goal is "at most", or "at least"; `also`: what else must be true.

    Without a value it is skipped.
    """
    met = None if value is None else (value >= goal if at_least else value <= goal) and also
    return {
        "value": None if value is None else round(value, 3),
        "unit": unit,
        "goal": goal,
        **({"at_least": True} if at_least else {}),
        "ok": met,
        **facts,
    }


def passed(figures: Mapping[str, Figure]) -> bool:
    """Whether no goal was missed; what was skipped says why and misses none."""
    return all(one["ok"] is not False for one in figures.values())


def table(figures: Mapping[str, Figure]) -> str:
    """The figures for a reader, one a line."""
    words = {True: "达标 met", False: "未达标 missed", None: "跳过 skipped"}
    return "\n".join(
        f"{key}  {one['value']} {one['unit']}  ({'≥' if one.get('at_least') else '≤'} {one['goal']})  "
        f"{words[one['ok']]}"
        for key, one in figures.items()
    )


def progress(text: str) -> None:
    """One line on stderr: a bench is silent for no longer than a run."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()
