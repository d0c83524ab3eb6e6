"""Closed lists of how vehicles are used: purposes, drivers, pools."""

from civicwatt_cloud.kit.records.choices import Choice


class Purpose(Choice):
    """What somebody needs a vehicle for; which kinds of vehicles serve it is a rule row of each pair."""

    MAIL = "mail", "机要通信", "confidential mail"
    EMERGENCY = "emergency", "应急处置", "an emergency"
    ENFORCEMENT = "enforcement", "执法执勤", "law enforcement"
    SPECIAL = "special", "特种专业技术", "special equipment"
    VETERAN = "veteran", "离退休干部服务", "retired cadres"
    OFFICIAL = "official", "公务出行", "official journey"
    RECEPTION = "reception", "公务接待", "official reception"


class Employer(Choice):
    """Whose driver it is."""

    ESTABLISHED = "established", "在编", "on the establishment"
    HIRED = "hired", "聘用", "hired"
    OUTSOURCED = "outsourced", "外包", "of a service company"


class PoolKind(Choice):
    """Platforms that lend vehicles to several institutions."""

    EMERGENCY = "emergency", "应急公务用车平台", "emergency vehicles"
    ENFORCEMENT = "enforcement", "综合行政执法用车平台", "law enforcement"
    VETERAN = "veteran", "老干部用车服务平台", "retired cadres"
    RENTAL = "rental", "租赁用车平台", "rental"


class Score(Choice):
    """How content the user of a vehicle is."""

    ONE = "1", "很不满意", "very discontent"
    TWO = "2", "不满意", "discontent"
    THREE = "3", "一般", "so so"
    FOUR = "4", "满意", "content"
    FIVE = "5", "很满意", "very content"


class RiskKind(Choice):
    """What in the use of vehicles does not fit together (C3.6, W3.1)."""

    KM_DIFFERS = "km_differs", "登记里程与轨迹不符", "claimed and tracked distance differ"
    UNPLANNED_STOP = "unplanned_stop", "路线外停车", "stopped outside the route"
    TRACK_WITHOUT_ORDER = "track_without_order", "有轨迹无派车单", "a trip without an order"
    ORDER_WITHOUT_TRACK = "order_without_track", "有派车单无轨迹", "an order without a trip"
    PAPERS_OVERDUE = "papers_overdue", "应急派车逾期未补手续", "papers of an emergency overdue"
    POOL_UNMANNED = "pool_unmanned", "24 小时平台无人值班", "nobody on duty at a pool of day and night"
    DRIVER_UNFIT = "driver_unfit", "驾驶证过期或记分已满", "licence ended, or no points to spare"


class RentalClass(Choice):
    """What is rented; how many it seats and what it may cost a day are rule rows."""

    SEDAN = "sedan", "轿车", "sedan"
    MPV = "mpv", "商务车", "people carrier"
    MINIBUS = "minibus", "中型客车", "minibus"
    BUS = "bus", "大型客车", "bus"


class PileKind(Choice):
    """How a pile charges."""

    AC = "ac", "交流慢充", "alternating current"
    DC = "dc", "直流快充", "direct current"


class PileState(Choice):
    """Whether a pile charges."""

    IN_SERVICE = "in_service", "可用", "in service"
    FAULTY = "faulty", "故障", "faulty"


class LineKind(Choice):
    """A line of a rental session's ledger."""

    DRIVE = "drive", "用车", "driven"
    CHARGE = "charge", "充电", "charged"
    CORRECTION = "correction", "更正", "correction"
