"""What a drill reports: one object a fault, keyed by its number."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

# lost, duplicated, wrong, trials, thinned, quarantined, unwritten, seed, ok, missed, and figures of its own
Row = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """How what arrived compares with what was accepted and with what the meters served."""

    lost: int = 0
    duplicated: int = 0
    wrong: int = 0
    records: int = 0  # accepted
    values: int = 0  # among them, gaps left out
    thinned: int = 0  # given up by the gateway's declared policy for a full disk
    quarantined: int = 0  # set aside in a damaged file
    unwritten: int = 0  # slots of a running gateway without any record, neither values nor a gap

    def __add__(self, other: "Verdict") -> "Verdict":
        """Both trials together."""
        return Verdict(*(one + another for one, another in zip(astuple(self), astuple(other), strict=True)))


def row(
    verdict: Verdict, trials: int, seed: int, goals: Mapping[str, bool] | None = None, **figures: Any
) -> Row:
    """A row; `goals` are the fault's own promises by name, beside nothing lost, doubled or wrong."""
    goals = {"every slot has its record": verdict.unwritten == 0, **(goals or {})}
    missed = [name for name, met in goals.items() if not met]
    clean = verdict.lost == verdict.duplicated == verdict.wrong == 0
    return {
        "lost": verdict.lost,
        "duplicated": verdict.duplicated,
        "wrong": verdict.wrong,
        "trials": trials,
        "thinned": verdict.thinned,
        "quarantined": verdict.quarantined,
        "unwritten": verdict.unwritten,
        "seed": seed,
        "ok": clean and not missed and trials > 0,
        "missed": missed,
        "records": verdict.records,
        "values": verdict.values,
        **figures,
    }


def skipped(seed: int, reason: str) -> Row:
    """A fault that cannot be done on this machine, and why: neither passed nor missed."""
    return row(Verdict(), 0, seed) | {"ok": None, "skipped": reason}


def failed(seed: int, error: BaseException) -> Row:
    """A drill that did not come to its end."""
    return row(Verdict(), 0, seed) | {"error": f"{type(error).__name__}: {error}"}


def passed(rows: Mapping[str, Row]) -> bool:
    """Whether no row missed."""
    return all(one["ok"] is not False for one in rows.values())


def table(rows: Mapping[str, Row]) -> str:
    """The rows for a reader, one a line."""
    words = {True: "通过 passed", False: "未通过 MISSED", None: "跳过 skipped"}
    return "\n".join(
        f"{key:12} {words[one['ok']]}  丢失 lost {one['lost']} · 重复 duplicated {one['duplicated']} · "
        f"错误 wrong {one['wrong']} · 次数 trials {one['trials']}"
        + "".join(f" · {one[why]}" for why in ("missed", "skipped", "error") if one.get(why))
        for key, one in rows.items()
    )
