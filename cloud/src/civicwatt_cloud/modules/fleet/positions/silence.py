"""Vehicles that are not heard of (C3.5). Pure."""

from civicwatt_cloud.modules.fleet.positions.figures import Figures


def is_silent(last_us: int, now_us: int, figures: Figures, *, was_moving: bool, is_in_use: bool) -> bool:
    """Whether a vehicle was not heard of for too long: sooner where it was moving when last heard of."""
    silent_us = now_us - last_us
    if was_moving and silent_us > figures.silent_moving_us:
        return True
    return is_in_use and silent_us > figures.silent_in_use_us
