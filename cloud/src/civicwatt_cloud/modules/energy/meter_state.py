"""Whether a meter answers: good, watch, bad, unknown. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from civicwatt_cloud.kit.business_time import MINUTE_US
from civicwatt_protocols.uplink import GapReason

# Engineering defaults. The cloud is not told the interval of a meter: 5 minutes are five polls at a minute.
GOOD_US = 5 * MINUTE_US
WATCH_US = 30 * MINUTE_US


class State(StrEnum):
    """What a meter's dot says."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MeterState:
    """The state with its reason in Chinese and English."""

    state: State
    zh: str | None = None
    en: str | None = None


def judge(now_us: int, value_us: int | None, gap: GapReason | None, *, newest_is_gap: bool) -> MeterState:
    """The state from the newest value's time and whether (and why) the newest answer is a gap."""
    if value_us is None:
        why, why_en = (f"：{gap.zh}", f": {gap.en}") if gap else ("", "")
        return MeterState(State.UNKNOWN, f"从未应答{why}", f"never answered{why_en}")
    if newest_is_gap:
        why, why_en = (f"：{gap.zh}", f": {gap.en}") if gap else ("", "")
        return MeterState(State.BAD, f"当前无应答{why}", f"no answer now{why_en}")
    age_us = now_us - value_us
    if age_us <= GOOD_US:
        return MeterState(State.GOOD)
    minutes = age_us // MINUTE_US
    if age_us <= WATCH_US:
        return MeterState(State.WATCH, f"读数已迟到 {minutes} 分钟", f"the reading is {minutes} minutes late")
    return MeterState(State.BAD, f"{minutes} 分钟没有上送", f"nothing received for {minutes} minutes")
