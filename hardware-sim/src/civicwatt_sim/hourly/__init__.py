"""Hourly loads of many kinds of buildings for a year, with faults put in and the truth as intervals."""

from civicwatt_sim.hourly.archetypes import ARCHETYPES, HELD_OUT
from civicwatt_sim.hourly.city import FaultyMeter, meter, meters
from civicwatt_sim.hourly.faults import FaultSort, Injected

__all__ = ["ARCHETYPES", "HELD_OUT", "FaultSort", "FaultyMeter", "Injected", "meter", "meters"]
