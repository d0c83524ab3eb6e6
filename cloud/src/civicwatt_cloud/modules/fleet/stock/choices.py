"""Closed lists of the stock of vehicles: what they are, how they come and go, what they cost."""

from civicwatt_cloud.kit.records.choices import Choice


class Body(Choice):
    """What a vehicle is built as; the price standards tell these apart."""

    CAR = "car", "轿车", "car"
    SMALL_BUS = "small_bus", "其他小型客车", "other small passenger vehicle"
    MEDIUM_BUS = "medium_bus", "中型客车", "medium bus"
    LARGE_BUS = "large_bus", "大型客车", "large bus"


class Energy(Choice):
    """What a vehicle runs on."""

    PETROL = "petrol", "汽油", "petrol"
    DIESEL = "diesel", "柴油", "diesel"
    GAS = "gas", "天然气", "natural gas"
    HYBRID = "hybrid", "油电混合", "hybrid"
    PLUG_IN = "plug_in", "插电混合（含增程）", "plug-in hybrid"
    ELECTRIC = "electric", "纯电动", "battery electric"
    HYDROGEN = "hydrogen", "燃料电池", "fuel cell"

    @property
    def is_new(self) -> bool:
        """Whether it makes a new-energy vehicle (新能源汽车)."""
        return self in {Energy.PLUG_IN, Energy.ELECTRIC, Energy.HYDROGEN}


class Mark(Choice):
    """Whether a vehicle shows that it is an official one (公务用车专用标识)."""

    MISSING = "missing", "未喷涂", "not marked"
    MARKED = "marked", "已喷涂", "marked"
    EXEMPT = "exempt", "批准免喷", "exempt"


class StillUsable(Choice):
    """The answer without which no vehicle is renewed: 仍能继续使用的，应当继续使用."""

    YES = "yes", "能继续使用", "still usable"
    NO = "no", "不能继续使用", "not usable any more"


class DisposalMethod(Choice):
    """How a vehicle leaves (W3.4)."""

    AUCTION = "auction", "拍卖", "auction"
    RECYCLE = "recycle", "厂家回收", "taken back by the maker"
    SCRAP = "scrap", "报废", "scrapped"
    TRANSFER = "transfer", "调拨", "given to another institution"


class SupplierKind(Choice):
    """What a designated supplier is for: the first four are the fixed points (四定点)."""

    PURCHASE = "purchase", "购置", "purchase"
    FUEL = "fuel", "加油", "fuel"
    REPAIR = "repair", "维修", "repair"
    INSURANCE = "insurance", "保险", "insurance"
    RENTAL = "rental", "社会租赁", "rental"
    VALUATION = "valuation", "评估", "valuation"
    AUCTION = "auction", "拍卖", "auction"
    SCRAPPING = "scrapping", "报废回收", "scrapping"


class CostKind(Choice):
    """What a vehicle costs besides fuel; a purchase is no running cost."""

    PURCHASE = "purchase", "购置", "purchase"
    REPAIR = "repair", "维修保养", "repair"
    INSURANCE = "insurance", "保险", "insurance"
    TOLL = "toll", "过路过桥", "tolls"
    PARKING = "parking", "停车", "parking"
    OTHER = "other", "其他", "other"


class TrafficKind(Choice):
    """What the traffic police know of a vehicle."""

    PASSAGE = "passage", "卡口过车", "passage of a checkpoint"
    OFFENCE = "offence", "交通违法", "traffic offence"
    ACCIDENT = "accident", "交通事故", "accident"


class TrafficMatch(Choice):
    """What there is to a record of the traffic police."""

    ORDERED = "ordered", "有派车单", "ordered"
    PERMITTED = "permitted", "有启封许可", "permitted"
    UNORDERED = "unordered", "无派车单", "no order"
