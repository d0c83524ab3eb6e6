"""Hours that never came. They are no anomaly of the load; they are told apart from it."""

import numpy as np

from civicwatt_cloud.analysis.anomalies.findings import Finding, Kind
from civicwatt_cloud.analysis.arrays import Numbers

LEAST_ROWS = 4  # [engineering default] shorter gaps are drawn through elsewhere


def missing(value: Numbers, expected: Numbers, least_rows: int = LEAST_ROWS) -> list[Finding]:
    """Gaps of at least so many rows; `deviation` is what would have been expected, with a minus."""
    edges = np.diff(np.concatenate(([0], np.isnan(value).astype(np.int8), [0])))
    return [
        Finding(Kind.MISSING, int(start), int(end), -float(np.nansum(expected[start:end])), 0.0, 1.0)
        for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
        if end - start >= least_rows
    ]
