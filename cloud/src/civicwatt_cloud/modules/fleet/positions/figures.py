"""The figures that positions are judged by: rule rows of reference/fleet.toml."""

from dataclasses import dataclass
from datetime import date

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.rules import Rules


@dataclass(frozen=True, slots=True)
class Figures:
    """Rule rows as they are computed with; times in µs, lengths in m."""

    future_us: int
    top_speed_km_h: float
    accuracy_m: float
    jump_fixes: int
    stop_radius_m: float
    stop_us: int
    gap_us: int
    fence_fixes: int
    fence_us: int
    fence_margin_m: float
    seal_hours: tuple[int, int]  # minutes of a working day, from and to; alike: none
    serious_m: float
    grave_m: float
    silent_moving_us: int
    silent_in_use_us: int


def load(rules: Rules, as_of: date) -> Figures:
    """The rows that are valid on a day. Errors: NoRule."""

    def row(name: str) -> float:
        return float(rules.value(f"fleet.{name}", as_of).value)

    def us(name: str) -> int:
        return int(row(name) * SECOND_US)

    return Figures(
        future_us=us("future"),
        top_speed_km_h=row("top_speed"),
        accuracy_m=row("accuracy"),
        jump_fixes=int(row("jump_fixes")),
        stop_radius_m=row("stop_radius"),
        stop_us=us("stop_time"),
        gap_us=us("gap"),
        fence_fixes=int(row("fence_fixes")),
        fence_us=us("fence_time"),
        fence_margin_m=row("fence_margin"),
        seal_hours=(int(row("seal_hours_from")), int(row("seal_hours_to"))),
        serious_m=row("serious_km") * 1000,
        grave_m=row("grave_km") * 1000,
        silent_moving_us=us("silent_moving"),
        silent_in_use_us=us("silent_in_use"),
    )
