"""A year's use as it would have been in a normal year's weather."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.savings.daily import ChangePoint
from civicwatt_cloud.analysis.savings.series import Floats


@dataclass(frozen=True, slots=True)
class Response:
    """How the use of a day follows the temperature; a slope of zero needs no balance point."""

    base: float  # a day
    heating: float = 0.0  # a day and degree below `lower`
    lower: float = 0.0
    cooling: float = 0.0
    upper: float = 0.0

    def per_day(self, temperature: Floats) -> float:
        """Mean use a day over temperatures of hours or of days, as the model was fitted; NaN is unknown."""
        known = temperature[np.isfinite(temperature)]
        below, above = np.maximum(self.lower - known, 0.0), np.maximum(known - self.upper, 0.0)
        return float(self.base + self.heating * below.mean() + self.cooling * above.mean())


class Normalised(NamedTuple):
    """Mean use a day by the model; `factor` is what a measured use is multiplied with."""

    actual: float
    normal: float

    @property
    def factor(self) -> float | None:
        """Normal over actual; None where the model says nothing was used."""
        return self.normal / self.actual if self.actual > 0 else None


def normalised(model: Response, actual_temperature: Floats, normal_temperature: Floats) -> Normalised:
    """What the model says of the weather there was, and of a normal year's."""
    return Normalised(model.per_day(actual_temperature), model.per_day(normal_temperature))


def response(model: ChangePoint) -> Response:
    """The response of a fitted model, its classes of days weighted by their days."""
    days, classes = model.meter.days, model.day_classes
    share = np.bincount(classes.base, days, classes.bases) / days.sum()
    sloped = np.bincount(classes.slope, days, classes.slopes) / days.sum()
    fits, points = model.fits, model.grid.points
    return Response(
        float(share @ fits.base[:, 0]),
        float(sloped @ fits.heating[:, 0]),
        float(points[fits.lower[0]]),
        float(sloped @ fits.cooling[:, 0]),
        float(points[fits.upper[0]]),
    )
