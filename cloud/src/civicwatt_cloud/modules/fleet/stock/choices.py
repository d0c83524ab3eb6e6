"""Closed lists of the stock of vehicles: what they are, how they come and go, what they cost."""

from civicwatt_cloud.kit.records.choices import Choice


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
