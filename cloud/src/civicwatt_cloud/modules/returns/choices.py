"""Closed lists of the module."""

from civicwatt_cloud.kit.records.choices import Choice


class PeriodKind(Choice):
    """What a return is about: a month's ledger, a quarter, a year."""

    MONTH = "month", "月台账", "monthly ledger"
    QUARTER = "quarter", "季报", "quarterly return"
    ANNUAL = "annual", "年报", "annual return"


class Timeliness(Choice):
    """Whether a return was filed in time."""

    WAITING = "waiting", "未报送", "not filed"
    ON_TIME = "on_time", "按时", "on time"
    LATE = "late", "逾期", "late"


class Source(Choice):
    """Where the figure in a cell comes from."""

    PERSON = "person", "人工填写", "typed"
    METER = "meter", "表计", "meters"
    BILL = "bill", "账单", "bills"
    MIXED = "mixed", "表计与账单", "meters and bills"
    EARLIER = "earlier", "前期报表", "earlier returns"
    DIRECTORY = "directory", "名录", "the directory"
    CARRIED = "carried", "沿用上期", "carried over"


class Outcome(Choice):
    """What a check found."""

    OKAY = "okay", "通过", "okay"
    POSSIBLE = "possible", "可疑", "possible issue"
    UNCHECKED = "unchecked", "未检查", "not checked"


class Reason(Choice):
    """Why a figure is as it is, though a check asks."""

    OCCUPANCY = "occupancy", "人员或面积变化", "people or area changed"
    WEATHER = "weather", "气候", "weather"
    RETROFIT = "retrofit", "节能改造", "retrofit"
    METER = "meter", "计量器具更换或故障", "meter replaced or faulty"
    PRICE = "price", "价格调整", "price changed"
    BILLING = "billing", "账期错位", "billing period shifted"
    ALLOCATION = "allocation", "分摊口径变化", "shares changed"
    ERROR_BEFORE = "error_before", "前期填报有误", "an earlier return was wrong"
    OTHER = "other", "其他（说明）", "other, as told"


class SiteClass(Choice):
    """A site is used alone or by several institutions, with an account of its own or without (rented)."""

    ALONE_ACCOUNT = "alone_account", "独立有户号", "alone, with an account"
    ALONE_NONE = "alone_none", "独立无户号", "alone, without an account"
    SHARED_ACCOUNT = "shared_account", "合署有户号", "shared, with an account"
    SHARED_NONE = "shared_none", "合署无户号", "shared, without an account"


class Payment(Choice):
    """How an energy is metered and paid for; it decides where the figure comes from and what is checked."""

    METERED_PAID = "metered_paid", "计量付费", "metered and paid"
    METERED_FREE = "metered_free", "计量不付费", "metered, not paid"
    UNMETERED_PAID = "unmetered_paid", "不计量付费（包干）", "paid as a lump sum"
    UNMETERED_FREE = "unmetered_free", "不计量不付费", "neither metered nor paid"

    @property
    def is_metered(self) -> bool:
        """A meter tells the amount."""
        return self in {Payment.METERED_PAID, Payment.METERED_FREE}

    @property
    def is_paid(self) -> bool:
        """There is a cost."""
        return self in {Payment.METERED_PAID, Payment.UNMETERED_PAID}


class Energy(Choice):
    """A carrier, as timeseries/carriers has it."""

    ELECTRICITY = "electricity", "电", "electricity"
    WATER = "water", "水", "water"
    COAL = "coal", "煤炭", "coal"
    NATURAL_GAS = "natural_gas", "天然气", "natural gas"
    MANUFACTURED_GAS = "manufactured_gas", "人工煤气", "manufactured gas"
    LPG = "lpg", "液化石油气", "liquefied petroleum gas"
    GASOLINE = "gasoline", "汽油", "gasoline"
    DIESEL = "diesel", "柴油", "diesel"
    HEAT = "heat", "热力", "district heat"
    OTHER_ENERGY = "other_energy", "其他能源", "other energy"


class Use(Choice):
    """An end use, as timeseries/carriers has it."""

    LIGHTING = "lighting", "照明插座", "lighting and sockets"
    HVAC = "hvac", "空调", "air conditioning"
    POWER = "power", "动力", "power"
    SPECIAL = "special", "特殊", "special"
    OTHER = "other", "其他用电", "other electricity"
    WATER = "water", "用水", "water"
    COAL = "coal", "煤炭", "coal"
    NATURAL_GAS = "natural_gas", "天然气", "natural gas"
    MANUFACTURED_GAS = "manufactured_gas", "人工煤气", "manufactured gas"
    LPG = "lpg", "液化石油气", "liquefied petroleum gas"
    GASOLINE_VEHICLE = "gasoline_vehicle", "汽油（车辆用油）", "gasoline of vehicles"
    GASOLINE_OTHER = "gasoline_other", "汽油（其他用油）", "gasoline, other"
    DIESEL_VEHICLE = "diesel_vehicle", "柴油（车辆用油）", "diesel of vehicles"
    DIESEL_OTHER = "diesel_other", "柴油（其他用油）", "diesel, other"
    HEAT = "heat", "热力", "district heat"
    OTHER_ENERGY = "other_energy", "其他能源", "other energy"


class BuildingClass(Choice):
    """The letter of a building in the monitoring system of 2008; from memory, save A."""

    A = "A", "办公建筑", "offices"
    B = "B", "商场建筑", "shops"
    C = "C", "宾馆饭店", "hotels"
    D = "D", "文化教育", "culture and education"
    E = "E", "医疗卫生", "medical"
    F = "F", "体育建筑", "sports"
    G = "G", "综合建筑", "mixed"
    H = "H", "其他", "other"
