"""Why a figure has no value, or what it leaves out: code, Chinese, English.

CW-N1001 no head count       CW-N1002 no floor area         CW-N1003 some institutions left out
CW-N1004 no meter            CW-N1005 no reading            CW-N1006 metered only since
CW-N1007 no factor           CW-N1008 not begun             CW-N1009 not complete enough
CW-N1010 no such days        CW-N1011 zero to divide by     CW-N1012 working days differ
CW-N1013 days differ         CW-N1014 calendar not announced yet                    CW-N1015 runs still
CW-N1016 a carrier without readings
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code and what a person reads."""

    code: str
    zh: str
    en: str

    @property
    def subject(self) -> tuple[str, str]:
        """What is missing, in Chinese and English."""
        return _SUBJECTS[self.code]


_SUBJECTS = {
    "CW-N1001": ("用能人数", "Head count"),
    "CW-N1002": ("建筑面积", "Floor area"),
    "CW-N1003": ("单位", "Institutions"),
    "CW-N1004": ("表计", "Meters"),
    "CW-N1005": ("读数", "Readings"),
    "CW-N1006": ("计量时段", "Time metered"),
    "CW-N1007": ("折标系数、碳排放因子", "Factor"),
    "CW-N1008": ("统计期", "Period"),
    "CW-N1009": ("完整率", "Completeness"),
    "CW-N1010": ("对比期", "Earlier span"),
    "CW-N1011": ("对比期用量", "Earlier consumption"),
    "CW-N1012": ("工作日", "Working days"),
    "CW-N1013": ("天数", "Days"),
    "CW-N1014": ("日历", "Calendar"),
    "CW-N1015": ("统计期", "Period"),
    "CW-N1016": ("读数", "Readings"),
}
NO_READINGS = Reason("CW-N1005", "本期没有读数", "no readings in this period")
NOT_BEGUN = Reason("CW-N1008", "本期尚未开始", "the period has not begun")


def no_head_count(since: date) -> Reason:
    """The head count is not known from that day on."""
    return Reason("CW-N1001", f"{since} 起没有用能人数", f"no head count from {since}")


def no_floor_area(since: date, building: str = "") -> Reason:
    """The floor area of a building, or of all, is not known from that day on."""
    what, en = (f"楼栋“{building}”", f" of building “{building}”") if building else ("", "")
    return Reason("CW-N1002", f"{what}{since} 起没有建筑面积", f"no floor area{en} from {since}")


def left_out(missing: int, total: int, why: Reason) -> Reason:
    """A sum or ratio that is made of fewer institutions than there are."""
    return Reason(
        "CW-N1003",
        f"{total} 家单位中 {missing} 家未计入（如：{why.zh}）",
        f"{missing} of {total} institutions are not in it (such as: {why.en})",
    )


def no_meter(zh: str, en: str) -> Reason:
    """No meter of this kind is bound to the institution."""
    return Reason("CW-N1004", f"没有{zh}", f"no {en}")


NO_ELECTRICITY_METER = no_meter("电表", "electricity meter")
NO_WATER_METER = no_meter("水表", "water meter")
NO_PV_METER = no_meter("光伏表", "PV meter")


def metered_since(since: date) -> Reason:
    """The first meter was put into service within the period."""
    return Reason("CW-N1006", f"计量自 {since} 起", f"metered since {since}")


def no_factor(zh: str, en: str, as_of: date, *, is_carbon: bool) -> Reason:
    """No factor row of that carrier is valid."""
    what, what_en = ("碳排放因子", "CO2 factor") if is_carbon else ("折标系数", "coal factor")
    return Reason(
        "CW-N1007", f"{as_of} {zh}没有有效的{what}", f"no {what_en} of {en.lower()} is valid on {as_of}"
    )


def unread(zh: str, en: str) -> Reason:
    """A carrier that is metered and not in the sum."""
    return Reason("CW-N1016", f"{zh}没有读数，未计入", f"{en.lower()} has no readings and is not in it")


def incomplete(found: float, floor: float, of: str = "", of_en: str = "") -> Reason:
    """Too little of the time is covered to compare or rank."""
    return Reason(
        "CW-N1009",
        f"{of}完整率 {found:.2%}，低于 {floor:.0%}",
        f"{of_en}completeness {found:.2%}, below {floor:.0%}",
    )


NO_SUCH_DAYS = Reason("CW-N1010", "对比期没有对应的日期", "the earlier span has no such day")
ZERO_BEFORE = Reason("CW-N1011", "对比期用量为零，没有百分比", "nothing was used before: no percentage")


def workdays_differ(now: int, before: int) -> Reason:
    """Holidays or weekends lie differently."""
    return Reason(
        "CW-N1012",
        f"工作日 {now} 天，对比期 {before} 天（节假日或周末移动）",
        f"{now} working days against {before} (holidays or weekends have moved)",
    )


def days_differ(now: int, before: int, *, leap: bool) -> Reason:
    """The two spans are not of one length."""
    why, why_en = ("（2 月 29 日）", " (29 February)") if leap else ("", "")
    return Reason("CW-N1013", f"{now} 天，对比期 {before} 天{why}", f"{now} days against {before}{why_en}")


def unconfirmed(year: int) -> Reason:
    """Working days follow the week alone."""
    return Reason(
        "CW-N1014",
        f"{year} 年放假安排不在日历中，工作日按周计",
        f"the holidays of {year} are not in the calendar: working days follow the week",
    )


def running(last: date) -> Reason:
    """Only the whole days so far are compared."""
    return Reason("CW-N1015", f"本期未结束，比较至 {last}", f"the period runs: compared up to {last}")
