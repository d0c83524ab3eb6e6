"""Closed lists of the module."""

from civicwatt_cloud.kit.records.choices import Choice


class Mode(Choice):
    """Where the energy goes by contract with the grid."""

    ALL_HERE = "all_here", "全部自用", "all is used here"
    SURPLUS = "surplus", "自发自用、余电上网", "surplus is fed in"
    ALL_FED = "all_fed", "全额上网", "all is fed in"


class Investment(Choice):
    """Whose the plant is."""

    OWN = "own", "自有投资", "own"
    EMC = "emc", "合同能源管理", "energy performance contract"
    ROOF_LEASE = "roof_lease", "屋顶租赁", "lease of the roof"


class FindingKind(Choice):
    """What is suspected, as analysis/pv/hints.py names it."""

    OUTAGE = "outage", "停机", "outage"
    STRING_LOSS = "string_loss", "组串失效", "loss of a string"
    SOILING = "soiling", "积灰", "soiling"
