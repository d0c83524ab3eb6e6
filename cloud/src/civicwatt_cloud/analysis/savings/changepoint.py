"""Change-point models on degrees: the search over balance points, for one series or for many at once.

use a day = base[class] + heating · degrees below the lower point + cooling · degrees above the upper point.
For given points this is least squares with two regressors, which has a closed form: so all pairs of points
are tried, and a bootstrap tries them all again for each of its series.
Source: ASHRAE Guideline 14 (2- to 5-parameter models); slopes are not negative, as in CalTRACK.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.savings.degrees import Basis, Weather
from civicwatt_cloud.analysis.savings.series import Floats, Ints

POINTS = 48  # balance points tried. [engineering default]: a step of about 0.6 K over the range of a year
EDGE = 0.025  # share of the temperatures outside the outermost points, so that each side is seen at all
ALIKE = 1e-6  # two regressors that differ by less than this share of their product are one


class Shape(StrEnum):
    """Kinds of model by their number of parameters, day classes aside."""

    MEAN = "1p"
    LINEAR = "2p"
    HEATING = "3p_heating"
    COOLING = "3p_cooling"
    VEE = "4p"
    BOTH = "5p"


FREE_POINTS = {
    Shape.MEAN: 0,
    Shape.LINEAR: 0,
    Shape.HEATING: 1,
    Shape.COOLING: 1,
    Shape.VEE: 1,
    Shape.BOTH: 2,
}
SLOPES = {
    Shape.MEAN: 0,
    Shape.LINEAR: 1,
    Shape.HEATING: 1,
    Shape.COOLING: 1,
    Shape.VEE: 2,
    Shape.BOTH: 2,
}


class Classes(NamedTuple):
    """Days that have a base of their own, and a slope of their own; a slope's class is one or more bases."""

    name: str
    base: Ints
    slope: Ints

    @property
    def bases(self) -> int:
        """How many."""
        return int(self.base.max()) + 1

    @property
    def slopes(self) -> int:
        """How many."""
        return int(self.slope.max()) + 1


@dataclass(frozen=True, slots=True)
class Grid:
    """Degrees of periods at each balance point tried; beyond the outermost two lies no temperature."""

    basis: Basis
    points: Floats
    below: Floats
    above: Floats


def grid(basis: Basis, weather: Weather, points: Floats | None = None) -> Grid:
    """Balance points over the range of the temperatures, or those given."""
    if points is None:
        seen = weather.slices[weather.hours > 0]
        low, high = np.quantile(seen, (EDGE, 1 - EDGE))
        points = np.concatenate([[seen.min()], np.linspace(low, high, POINTS), [seen.max()]])
    return Grid(basis, points, weather.below(points), weather.above(points))


@dataclass(frozen=True, slots=True)
class Fits:
    """Fits of one shape to many series: coefficients by class and series, the error sum by series."""

    shape: Shape
    lower: Ints  # index of the point of heating, by series
    upper: Ints
    base: Floats
    heating: Floats
    cooling: Floats
    error: Floats

    def of(self, at: Grid, classes: Classes) -> Floats:
        """Use a day that the models say, by period and series."""
        heated = at.below[self.lower].T * self.heating[classes.slope]
        cooled = at.above[self.upper].T * self.cooling[classes.slope]
        return self.base[classes.base] + heated + cooled

    def total(self, at: Grid, classes: Classes, days: Floats) -> Floats:
        """Use over all periods that the models say, by series."""
        found = np.bincount(classes.base, days, self.base.shape[0]) @ self.base
        for one in range(self.heating.shape[0]):
            within = np.where(classes.slope == one, days, 0.0)
            found = found + (at.below @ within)[self.lower] * self.heating[one]
            found = found + (at.above @ within)[self.upper] * self.cooling[one]
        return found


def parameters(shape: Shape, classes: Classes) -> int:
    """How many figures of a model come from the data."""
    return classes.bases + SLOPES[shape] * classes.slopes + FREE_POINTS[shape]


def mean(use: Floats, weight: Floats, classes: Classes) -> Fits:
    """The means of the classes, for each series (periods × series)."""
    spread = _Centred(weight, classes.base)
    zero = np.zeros((classes.slopes, use.shape[1]))
    none = np.zeros(use.shape[1], dtype=np.int64)
    error = weight @ spread.less(use.T).T ** 2
    return Fits(Shape.MEAN, none, none, spread.means(use.T).T, zero, zero, error)


def fit(use: Floats, weight: Floats, at: Grid, classes: Classes, shape: Shape) -> Fits | None:
    """The best model of a shape for each series (periods × series); None where it fits none of them.

    A series that it does not fit has an infinite error.
    `weight`: of each period's squared error.
    """
    if shape is Shape.MEAN:
        return mean(use, weight, classes)
    spread = _Centred(weight, classes.base)
    root = np.sqrt(weight)
    wanted = spread.less(use.T).T * root[:, None]
    error = np.einsum("ij,ij->j", wanted, wanted)
    count = use.shape[1]
    pairs = _pairs(shape, len(at.points))
    below, above = spread.less(at.below) * root, spread.less(at.above) * root
    gain = np.zeros((len(pairs), count))
    slopes = []
    for one in range(classes.slopes):
        mine = classes.slope == one
        found, heating, cooling = _gains(below[:, mine], above[:, mine], wanted[mine], pairs, shape)
        gain += found
        slopes.append((heating, cooling))
    best = np.argmax(gain, axis=0)
    each = np.arange(count)
    possible = np.isfinite(gain[best, each])
    if not possible.any():
        return None
    heating = np.stack([one[0][best, each] for one in slopes])
    cooling = np.stack([one[1][best, each] for one in slopes])
    lower, upper = pairs[best, 0], pairs[best, 1]
    sloped = classes.slope[spread.one_of_each]
    base = spread.means(use.T).T
    base = base - heating[sloped] * spread.means(at.below)[lower].T
    base = base - cooling[sloped] * spread.means(at.above)[upper].T
    return Fits(
        shape,
        lower,
        upper,
        base,
        heating,
        cooling,
        np.where(possible, np.maximum(error - gain[best, each], 0.0), np.inf),
    )


def _pairs(shape: Shape, count: int) -> Ints:
    """Indices of lower and upper point that a shape tries."""
    inner = np.arange(1, count - 1)
    if shape is Shape.LINEAR:
        return np.array([[count - 1, count - 1], [0, 0]])
    if shape is Shape.BOTH:
        low, high = np.triu_indices(len(inner), 1)
        return np.stack([inner[low], inner[high]], axis=1)
    return np.stack([inner, inner], axis=1)


def _gains(
    below: Floats, above: Floats, use: Floats, pairs: Ints, shape: Shape
) -> tuple[Floats, Floats, Floats]:
    """How much of the error each pair explains, and its slopes; −∞ where a slope would be negative."""
    low, high = pairs[:, 0], pairs[:, 1]
    hh, cc = np.einsum("ij,ij->i", below, below)[low], np.einsum("ij,ij->i", above, above)[high]
    hy, cy = (below @ use)[low], (above @ use)[high]
    zero = np.zeros_like(hy)
    with np.errstate(divide="ignore", invalid="ignore"):
        if shape in (Shape.VEE, Shape.BOTH):
            hc = (
                np.einsum("ij,ij->i", below[low], above[high])
                if len(low) < 99
                else (below @ above.T)[low, high]
            )
            det = hh * cc - hc * hc
            alone = det > ALIKE * hh * cc
            heating = (cc[:, None] * hy - hc[:, None] * cy) / det[:, None]
            cooling = (hh[:, None] * cy - hc[:, None] * hy) / det[:, None]
            good = (heating >= 0) & (cooling >= 0) & alone[:, None]
        else:
            heats = (
                np.ones(len(pairs), dtype=bool)
                if shape is Shape.HEATING
                else np.zeros(len(pairs), dtype=bool)
            )
            if shape is Shape.LINEAR:
                heats[0] = True  # falling: seen from the highest temperature
            heating = np.where(heats[:, None], hy / hh[:, None], zero)
            cooling = np.where(heats[:, None], zero, cy / cc[:, None])
            good = (heating >= 0) & (cooling >= 0)
        gain = np.where(good, heating * hy + cooling * cy, -np.inf)
    return gain, np.nan_to_num(heating), np.nan_to_num(cooling)


class _Centred:
    """Weighted means within classes."""

    def __init__(self, weight: Floats, labels: Ints) -> None:
        self.labels = labels
        count = int(labels.max()) + 1
        self.one_of_each = np.array([int(np.argmax(labels == k)) for k in range(count)])
        inside = labels[None, :] == np.arange(count)[:, None]
        self.share = np.where(inside, weight, 0.0)
        self.share /= self.share.sum(axis=1, keepdims=True)

    def means(self, rows: Floats) -> Floats:
        """By row and class."""
        return rows @ self.share.T

    def less(self, rows: Floats) -> Floats:
        """Rows less the mean of each class."""
        return rows - self.means(rows)[:, self.labels]
