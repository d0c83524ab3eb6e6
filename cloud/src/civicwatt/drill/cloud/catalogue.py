"""The faults of the cloud's drill, in the order of the report."""

from civicwatt.drill.catalogue import Drill
from civicwatt.drill.cloud import deaths

DRILLS = (Drill("F05", "强杀接收进程", "kill -9 of the ingest", deaths.run, 25, 900),)
