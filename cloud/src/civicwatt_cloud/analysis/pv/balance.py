"""Where a plant's energy goes, from three counters: generation, export, import."""

from typing import NamedTuple


class Balance(NamedTuple):
    """Energy of one period in the unit of the counters; None: a counter it needs is missing.

    Shares are of 1; a share of nothing is None as well.
    """

    generated: int | None
    exported: int | None
    imported: int | None
    used_here: int | None  # generation less export
    used: int | None  # import and what was used here
    self_use: float | None  # share of the generation that is used here
    self_sufficiency: float | None  # share of the use that the plant covers
    contradictory: bool  # more went out than was generated: a counter or its binding is wrong


def balance(generated: int | None, exported: int | None, imported: int | None) -> Balance:
    """The balance of a period from whole numbers, such as micro-kWh; sums of one period, not averages.

    A site that never feeds in has `exported` 0, which is not the same as no counter (None).
    """
    if generated is None or exported is None:
        return Balance(generated, exported, imported, None, None, None, None, contradictory=False)
    here = generated - exported
    if here < 0:
        return Balance(generated, exported, imported, None, None, None, None, contradictory=True)
    used = None if imported is None else imported + here
    return Balance(
        generated,
        exported,
        imported,
        here,
        used,
        here / generated if generated else None,
        here / used if used else None,
        contradictory=False,
    )
