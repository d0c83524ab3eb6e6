"""The roles of the platform: what a grant gives, on a node of the organisation tree and all below it."""

from enum import StrEnum


class Role(StrEnum):
    """Who may do what. The level a role works at is that of the node it is granted on."""

    # the three administrators: none sees the business, nobody holds two of them
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    # the 机关事务管理部门 of a province, city or county
    ENERGY_MANAGER = "energy_manager"
    ORGANISATION_MANAGER = "organisation_manager"
    HOUSING_MANAGER = "housing_manager"
    FLEET_MANAGER = "fleet_manager"
    ASSET_MANAGER = "asset_manager"
    COST_MANAGER = "cost_manager"
    SUPERVISOR = "supervisor"
    PUBLISHER = "publisher"
    DISPATCHER = "dispatcher"
    WAREHOUSE_KEEPER = "warehouse_keeper"
    LOGISTICS_MANAGER = "logistics_manager"
    # an institution
    LIAISON = "liaison"
    APPROVER = "approver"
    REPORTER = "reporter"
    ASSET_CLERK = "asset_clerk"
    FLEET_CLERK = "fleet_clerk"
    STAFF = "staff"
    # from outside
    WORKER = "worker"
    VENDOR_MANAGER = "vendor_manager"
    DRIVER = "driver"
    DISCIPLINE = "discipline"
    AUDITOR = "auditor"
    FINANCE = "finance"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
TEMPORARY = frozenset({Role.DISCIPLINE, Role.AUDITOR})  # granted to a last day; every read is logged
BUSINESS = frozenset(Role) - ADMINISTRATORS
EVERYBODY = frozenset(Role)

_TITLES = {
    Role.SYSTEM_ADMIN: ("系统管理员", "system administrator"),
    Role.SECURITY_ADMIN: ("安全管理员", "security administrator"),
    Role.AUDIT_ADMIN: ("审计管理员", "audit administrator"),
    Role.ENERGY_MANAGER: ("能源管理员", "energy manager"),
    Role.ORGANISATION_MANAGER: ("机构编制管理员", "organisation manager"),
    Role.HOUSING_MANAGER: ("办公用房管理员", "office-space manager"),
    Role.FLEET_MANAGER: ("公务用车管理员", "official-vehicle manager"),
    Role.ASSET_MANAGER: ("国有资产管理员", "asset manager"),
    Role.COST_MANAGER: ("运行成本管理员", "cost manager"),
    Role.SUPERVISOR: ("督查人员", "supervisor"),
    Role.PUBLISHER: ("信息发布员", "publisher"),
    Role.DISPATCHER: ("调度员", "dispatcher"),
    Role.WAREHOUSE_KEEPER: ("公物仓管理员", "warehouse keeper"),
    Role.LOGISTICS_MANAGER: ("后勤服务管理员", "logistics manager"),
    Role.LIAISON: ("联络员", "liaison"),
    Role.APPROVER: ("单位审批人", "approver"),
    Role.REPORTER: ("填报人", "reporter"),
    Role.ASSET_CLERK: ("单位资产管理员", "asset clerk"),
    Role.FLEET_CLERK: ("单位车辆管理员", "vehicle clerk"),
    Role.STAFF: ("工作人员", "staff"),
    Role.WORKER: ("维修人员", "worker"),
    Role.VENDOR_MANAGER: ("服务单位负责人", "vendor manager"),
    Role.DRIVER: ("驾驶员", "driver"),
    Role.DISCIPLINE: ("纪检监察", "discipline inspection"),
    Role.AUDITOR: ("审计", "auditor"),
    Role.FINANCE: ("财政", "finance"),
}


def title(role: Role, language: str) -> str:
    """What people call the role."""
    return _TITLES[role][language == "en"]
