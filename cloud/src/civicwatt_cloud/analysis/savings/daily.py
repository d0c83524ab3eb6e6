"""The model of daily readings and of bills: which change-point model, and what it says of other periods."""

from dataclasses import dataclass, replace

import numpy as np

from civicwatt_cloud.analysis.savings import noise
from civicwatt_cloud.analysis.savings.changepoint import (
    Classes,
    Fits,
    Grid,
    Shape,
    fit,
    grid,
    parameters,
)
from civicwatt_cloud.analysis.savings.classes import WAYS
from civicwatt_cloud.analysis.savings.degrees import Basis, weather
from civicwatt_cloud.analysis.savings.series import Floats, Ints, Kind, Mask, Meter, Temperature

# [engineering default]: of six bills no model with a slope would ever be taken, however well it fits
SPARE_LEAST = 3.0
CLASS_LEAST = 20  # days of a class for a base of its own. [engineering default]
WEIGHT_MOST = (
    1.0  # power of the weights. [engineering default]: steeper ones let quiet days decide of busy ones
)


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A fitted model and the readings it was fitted to."""

    classes: str  # "" | "weekend" | "weekend_slopes" | "day_off" | "day_off_slopes"
    grid: Grid
    fits: Fits
    weight: Floats
    meter: Meter
    temperature: Temperature
    independent: float = 1.0  # baseline periods that say as much without memory

    @property
    def name(self) -> str:
        """As it is printed: shape, what temperatures are held against, classes of days."""
        shape = self.fits.shape
        basis = () if shape is Shape.MEAN else (self.grid.basis.value,)
        return " ".join((shape.value, *basis, *((self.classes,) if self.classes else ())))

    @property
    def parameters(self) -> int:
        """How many come from the data."""
        return parameters(self.fits.shape, self.day_classes)

    @property
    def taken(self) -> float:
        """All of them are of each period."""
        return float(self.parameters)

    @property
    def uses_temperature(self) -> bool:
        """Whether it depends on the weather."""
        return self.fits.shape is not Shape.MEAN

    @property
    def day_classes(self) -> Classes:
        """Of the baseline's days."""
        return _classes(self.classes, self.meter)

    def expected(self, meter: Meter) -> Floats:
        """Use of periods by the model; their temperatures are known."""
        at = self._grid(meter)
        return np.asarray(self.fits.of(at, _classes(self.classes, meter))[:, 0] * meter.days)

    def totals(self, use: Floats, meter: Meter) -> Floats:
        """What models refitted to other baselines (periods × series) say of the total of these periods.

        Of each, the shape is chosen anew, so that the choice is part of the error.
        """
        mine = self.day_classes
        rate = use / self.meter.days[:, None]
        later, theirs = self._grid(meter), _classes(self.classes, meter)
        best = np.full(use.shape[1], np.inf)
        found = np.zeros(use.shape[1])
        for shape in Shape:
            fits = fit(rate, self.weight, self.grid, mine, shape)
            if fits is None:
                continue
            count = parameters(shape, mine)
            told = criterion(np.maximum(fits.error, noise.LEAST), len(rate), self.independent, count)
            found = np.where(told < best, fits.total(later, theirs, meter.days), found)
            best = np.minimum(told, best)
        return found

    def coefficients(self) -> dict[str, object]:
        """Balance points and coefficients a day, for a reader; lists hold one figure for each class."""
        found: dict[str, object] = {"base_per_day": [float(one) for one in self.fits.base[:, 0]]}
        shape = self.fits.shape
        if self.fits.heating.any():
            found["heating_per_degree_day"] = [float(one) for one in self.fits.heating[:, 0]]
            found["heating_balance_point"] = float(self.grid.points[self.fits.lower[0]])
        if self.fits.cooling.any():
            found["cooling_per_degree_day"] = [float(one) for one in self.fits.cooling[:, 0]]
            found["cooling_balance_point"] = float(self.grid.points[self.fits.upper[0]])
        return found if shape is not Shape.MEAN else {"base_per_day": found["base_per_day"]}

    def _grid(self, meter: Meter) -> Grid:
        seen = weather(self.temperature, meter, self.grid.basis)
        return grid(self.grid.basis, seen, self.grid.points)


def known(meter: Meter, temperature: Temperature) -> Mask:
    """Periods with a reading and enough temperatures."""
    return np.asarray(np.isfinite(meter.value) & weather(temperature, meter, Basis.DAY).known)


def model(meter: Meter, temperature: Temperature) -> ChangePoint:
    """The model of these periods, all of which are known.

    First by plain least squares, then with weights by the spread that these errors show.
    """
    plain = _chosen(meter, temperature, meter.days)
    said = plain.expected(meter) / meter.days
    residual = (meter.value / meter.days - said) * np.sqrt(meter.days)
    steep = min(noise.power(residual, said), WEIGHT_MOST)
    if steep == 0.0:
        return plain
    level = noise.floored(said)
    return _chosen(meter, temperature, meter.days * (level.mean() / level) ** steep)


def _chosen(meter: Meter, temperature: Temperature, weight: Floats) -> ChangePoint:
    """The candidate with the least criterion."""
    use = (meter.value / meter.days)[:, None]
    bases = (Basis.DAY, Basis.HOUR) if temperature.by_the_hour else (Basis.DAY,)
    found: list[tuple[ChangePoint, float, int]] = []
    for basis in bases:
        at = grid(basis, weather(temperature, meter, basis))
        for name in _ways(meter):
            classes = _classes(name, meter)
            for shape in Shape:
                count = parameters(shape, classes)
                if count + 2 > len(weight) or (shape is Shape.MEAN and basis is not Basis.DAY):
                    continue
                fits = fit(use, weight, at, classes, shape)
                if fits is not None:
                    one = ChangePoint(name, at, fits, weight, meter, temperature)
                    found.append((one, float(fits.error[0]), count))
    richest, _, count = min(found, key=lambda one: one[1])
    residual = (meter.value - richest.expected(meter)) / meter.days * np.sqrt(weight)
    independent = noise.independent(residual, count)
    least = 1e-12 * float(weight @ use[:, 0] ** 2)
    errors, counts = np.array([one[1] for one in found]), np.array([one[2] for one in found])
    told = criterion(np.maximum(errors, least), len(weight), independent, counts)
    return replace(found[int(np.argmin(told))][0], independent=independent)


def criterion(error: Floats, count: int, independent: float, parameters: Ints | int) -> Floats:
    """Of models; the least is best: Hannan and Quinn's, for small samples the stricter AIC of these.

    Readings that remember each other say less than their number: with the number itself the richest model
    wins. Sources: Hannan and Quinn, JRSS B 41 (1979); Hurvich and Tsai, Biometrika 76 (1989).
    """
    own = parameters + 1  # the spread too
    spare = np.maximum(independent - own - 1, SPARE_LEAST)
    small = 2 * own + 2 * own * (own + 1) / spare
    large = 2 * own * np.log(np.log(max(independent, np.e)))
    return np.asarray(independent * np.log(error / count) + np.maximum(small, large))


def _ways(meter: Meter) -> list[str]:
    if meter.kind is Kind.BILLING:
        return [""]
    found = [""]
    for name, way in WAYS.items():
        seen = int(way(meter.local_day).sum())
        if CLASS_LEAST <= seen <= len(meter.value) - CLASS_LEAST:
            found += [name, f"{name}_slopes"]
    return found


def _classes(name: str, meter: Meter) -> Classes:
    alike = np.zeros(len(meter.value), dtype=np.int64)
    if not name:
        return Classes(name, alike, alike)
    apart = WAYS[name.removesuffix("_slopes")](meter.local_day)
    return Classes(name, apart, apart if name.endswith("_slopes") else alike)
