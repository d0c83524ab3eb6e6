"""Closed lists of the module (M02)."""

from civicwatt_cloud.kit.records.choices import Choice


class Structure(Choice):
    """What a building is made of."""

    CONCRETE_FRAME = "concrete_frame", "钢筋混凝土框架", "concrete frame"
    BRICK_CONCRETE = "brick_concrete", "砖混", "brick and concrete"
    STEEL = "steel", "钢结构", "steel"
    BRICK_TIMBER = "brick_timber", "砖木", "brick and timber"


class RoomKind(Choice):
    """What a room is for: the first three are the basic rooms that the standard limits per head."""

    OFFICE = "office", "办公室", "office"
    SERVICE = "service", "服务用房", "service room"
    EQUIPMENT = "equipment", "设备用房", "equipment room"
    ATTACHED = "attached", "附属用房", "attached room"
    TECHNICAL = "technical", "技术业务用房", "technical room"


class RoomState(Choice):
    """Whether a room is in use."""

    IN_USE = "in_use", "在用", "in use"
    IDLE = "idle", "空置", "idle"
    LEASED_OUT = "leased_out", "出租", "leased out"
    LENT = "lent", "出借", "lent"
    REPAIR = "repair", "维修", "under repair"
    SEALED = "sealed", "封存", "sealed"


class AllocationReason(Choice):
    """Why an institution asks for a room."""

    NEW_TERM = "new_term", "换届调整", "a new term of office"
    NEW_BODY = "new_body", "新增机构", "a new institution"
    REORGANISED = "reorganised", "机构调整", "a reorganisation"
    OTHER = "other", "其他", "another"


class VacateCause(Choice):
    """What opened a vacate task."""

    RETIRED = "retired", "退休", "retired"
    TRANSFERRED = "transferred", "调离", "transferred"
    DECEASED = "deceased", "去世", "deceased"
    MERGED = "merged", "机构合并", "institutions merged"
    OVER_STANDARD = "over_standard", "超标", "over standard"
    LEASE_ENDED = "lease_ended", "租借到期", "lease ended"
    FINDING = "finding", "检查发现", "found by an inspection"


class VacateMethod(Choice):
    """How a room is put in order."""

    VACATE = "vacate", "腾退", "vacated"
    REDUCE = "reduce", "调减", "made smaller"
    EXCHANGE = "exchange", "置换", "exchanged"
    MERGE = "merge", "合并", "shared with others"


class DisposalKind(Choice):
    """How a room or building leaves its use."""

    CONVERT = "convert", "转换用途", "use converted"
    EXCHANGE = "exchange", "置换", "exchanged"
    LEASE = "lease", "出租", "leased out"
    AUCTION = "auction", "拍卖", "auctioned"
    DEMOLISH = "demolish", "拆除", "demolished"


class LeaseOutKind(Choice):
    """For rent, or without."""

    LEASED_OUT = "leased_out", "出租", "leased out"
    LENT = "lent", "出借", "lent"


class RepairKind(Choice):
    """How large a repair is."""

    DAILY = "daily", "日常维修", "daily repair"
    MEDIUM = "medium", "中修", "medium repair"
    MAJOR = "major", "大修", "major repair"


class TitleKind(Choice):
    """What is registered."""

    LAND = "land", "土地使用权", "use of the land"
    HOUSE = "house", "房屋所有权", "ownership of the building"
    REAL_ESTATE = "real_estate", "不动产权", "real estate"


class FindingKind(Choice):
    """What an inspection found."""

    OVER_STANDARD = "over_standard", "超标准使用", "over standard"
    KEPT = "kept", "离任后占用", "kept after leaving"
    SECOND_OFFICE = "second_office", "违规多处占用", "offices at several places"
    MISUSED = "misused", "擅自改变用途", "use changed without approval"
    LET = "let", "擅自出租出借", "let without approval"
    UNSAFE = "unsafe", "安全隐患", "unsafe"
