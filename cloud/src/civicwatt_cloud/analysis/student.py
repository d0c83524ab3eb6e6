"""Quantiles of Student's t, without a library of statistics."""

from statistics import NormalDist


def quantile(probability: float, freedom: float) -> float:
    """The quantile of Student's t distribution; within 1 % of itself from 3 degrees of freedom on.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5 (four terms).
    """
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom ** (place + 1) for place, term in enumerate(terms))
