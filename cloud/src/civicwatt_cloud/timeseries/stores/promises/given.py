"""What the promises of the readings stores are tried with."""

import time
from collections.abc import Callable

from civicwatt_cloud.timeseries.stores.readings import DAY_US, REASON_CODE, ReadingsStore
from civicwatt_protocols.uplink import GapReason

Opener = Callable[[], ReadingsStore]

NAN = float("nan")
TIMEOUT = REASON_CODE[GapReason.TIMEOUT]
REFUSED = REASON_CODE[GapReason.REFUSED]
MINUTE_US = 60 * 1_000_000
# A midnight a week ago: no server finds it too old or too new.
T = (time.time_ns() // 1000 // DAY_US - 7) * DAY_US
