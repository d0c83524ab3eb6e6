"""From the secondary to the primary side of instrument transformers, exactly: ratios are whole numbers."""

from civicwatt_protocols.measures import MEASURES

# Which ratios a measure is multiplied by, as its unit tells: current (CT) and voltage transformers (PT).
BY_CT = frozenset(("A", "W", "var", "VA", "kWh", "kvarh"))
BY_PT = BY_CT - {"A"} | {"V"}


def factor(measure: str, ct: int, pt: int) -> int:
    """What one unit at the meter is worth on the primary side; 1 for frequency, power factor, volumes."""
    unit = MEASURES[measure].unit
    return (ct if unit in BY_CT else 1) * (pt if unit in BY_PT else 1)
