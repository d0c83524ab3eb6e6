"""Figures and reasons as the pages receive them."""

from civicwatt_cloud.modules.energy.schemas import Figure, ReasonOut
from civicwatt_cloud.timeseries.figures.basis import TITLES
from civicwatt_cloud.timeseries.figures.recipes import FigureKey
from civicwatt_cloud.timeseries.figures.rules import Result


def show(key: FigureKey, result: Result) -> Figure:
    """The figure as the pages receive it."""
    title, value, reason = TITLES[key], result.value, result.reason
    return Figure(
        key=key,
        title=title.zh,
        title_en=title.en,
        value=None if value is None else str(value),
        unit=title.unit,
        completeness=result.completeness,
        estimated=result.is_estimated,
        reason=None if reason is None else ReasonOut(code=reason.code, zh=reason.zh, en=reason.en),
    )
