"""Closed lists of the module."""

from civicwatt_cloud.kit.records.choices import Choice


class ProjectKind(Choice):
    """What is done."""

    LED = "led", "LED 照明", "LED lighting"
    HVAC = "hvac", "空调采暖", "HVAC"
    PV = "pv", "光伏", "PV"
    ENVELOPE = "envelope", "围护结构", "building envelope"
    WATER = "water", "节水", "water saving"
    EMC = "emc", "合同能源管理", "energy management contract"
    WATER_CONTRACT = "water_contract", "合同节水", "water saving contract"
    OTHER = "other", "其他", "other"


class Terms(Choice):
    """Who pays and who has the saving. Source: GB/T 24915—2020, from secondary sources."""

    OWN = "own", "自有资金", "own funds"
    SHARED = "shared", "节能效益分享型", "shared savings"
    GUARANTEED = "guaranteed", "节能量保证型", "guaranteed saving"
    TRUSTEESHIP = "trusteeship", "能源费用托管型", "energy-cost trusteeship"
    LEASE = "lease", "融资租赁型", "finance lease"
