"""What the module keeps: entities, who reads and writes them, their workflows."""

from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import State, Transition, Workflow
from civicwatt_cloud.modules.returns import steps
from civicwatt_cloud.modules.returns.account_models import (
    AccountBinding,
    EnergyPayment,
    EnergySite,
    MonitoredBuilding,
    SupplierLayout,
    SupplyAccount,
)
from civicwatt_cloud.modules.returns.accounts import binding
from civicwatt_cloud.modules.returns.choices import Reason
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnNotice

REVIEWERS = frozenset({Role.ENERGY_MANAGER})
FILLERS = steps.FILLERS
READERS = FILLERS | {Role.APPROVER, Role.SUPERVISOR, Role.AUDITOR, Role.FINANCE}

_BEHALF = {"on_behalf": Field("代报依据", "filed on behalf: why", Kind.TEXT, length=200)}
_WHY = {"why": Field("退回理由", "why it goes back", Kind.NOTE, length=1000)}


def _pass(event: str, zh: str, en: str, level: Level, target: str) -> Transition:
    return Transition(
        event,
        zh,
        en,
        (level.value,),
        target,
        REVIEWERS,
        level=level,
        guard=steps.not_own,
        effect=steps.passed,
    )


def _back(source: str, roles: frozenset[Role], level: Level | None = None) -> Transition:
    return Transition(
        "send_back",
        "退回",
        "return to the author",
        (source,),
        "returned",
        roles,
        level=level,
        form=_WHY,
        guard=steps.may_return,
    )


FLOW = Workflow(
    states=(
        State("open", "填报中", "being filled", is_editable=True),
        State("unit", "待单位审核", "with the institution"),
        State("county", "待县级审核", "with the county"),
        State("city", "待市级审核", "with the city"),
        State("province", "待省级审核", "with the province"),
        State("accepted", "已通过", "accepted", is_final=True),
        State("returned", "已退回", "returned", is_editable=True),
    ),
    transitions=(
        Transition(
            "file",
            "报送",
            "file",
            ("open", "returned"),
            "unit",
            FILLERS,
            form=_BEHALF,
            guard=steps.may_file,
            effect=steps.filed,
        ),
        Transition(
            "approve",
            "单位审核通过",
            "approve",
            ("unit",),
            "county",
            frozenset({Role.APPROVER}),
            guard=steps.not_own,
            effect=steps.passed,
        ),
        _pass("pass_county", "县级审核通过", "pass the county", Level.COUNTY, "city"),
        _pass("pass_city", "市级审核通过", "pass the city", Level.CITY, "province"),
        _pass("pass_province", "省级审核通过", "pass the province", Level.PROVINCE, "accepted"),
        _back("unit", frozenset({Role.APPROVER})),
        _back("county", REVIEWERS, Level.COUNTY),
        _back("city", REVIEWERS, Level.CITY),
        _back("province", REVIEWERS, Level.PROVINCE),
        _back("accepted", REVIEWERS, Level.CITY),
    ),
)

NOTICES = Workflow(
    states=(
        State("found", "待说明", "to be explained"),
        State("explained", "已说明", "explained", is_final=True),
    ),
    transitions=(
        Transition(
            "explain",
            "说明",
            "explain",
            ("found",),
            "explained",
            FILLERS,
            form={
                "reason": Field("原因", "reason", Kind.CHOICE, choices=Reason),
                "said": Field("说明", "explanation", Kind.NOTE, length=400),
            },
            required=frozenset({"reason"}),
            effect=steps.explained,
        ),
    ),
)

RETURN = Entity(
    "energy_return",
    "returns",
    EnergyReturn,
    "统计报表",
    "return",
    "title",
    read=READERS,
    columns=("title", "period", "due_us", "timeliness", "filed_us", "filer", "on_behalf"),
    filters=("state", "kind", "period", "timeliness", "due_us"),
    searched=("title", "period"),
    workflow=FLOW,
    has_files=True,
)
NOTICE = Entity(
    "return_notice",
    "notices",
    ReturnNotice,
    "更正提示",
    "correction notice",
    "title",
    read=READERS,
    columns=("title", "reported", "now", "difference", "found_us", "reason"),
    filters=("state", "return_id", "found_us"),
    searched=("title",),
    workflow=NOTICES,
)
ACCOUNT = Entity(
    "supply_account",
    "accounts",
    SupplyAccount,
    "户号",
    "account",
    "number",
    read=READERS,
    write=FILLERS,
    filters=("energy", "supplier", "building_id"),
    searched=("number", "supplier", "holder"),
    natural_key=("number", "energy"),
    check=binding.account_fits,
)
BINDING = Entity(
    "account_binding",
    "bindings",
    AccountBinding,
    "户号绑定",
    "account binding",
    "document",
    read=READERS,
    write=FILLERS,
    filters=("account_id", "valid_from"),
    natural_key=("account_id", "valid_from"),
    check=binding.binding_fits,
)
SITE = Entity(
    "energy_site",
    "sites",
    EnergySite,
    "监测点类别",
    "site class",
    "document",
    read=READERS,
    write=FILLERS,
    filters=("site_class", "building_id", "valid_from"),
    natural_key=("building_id", "valid_from"),
    check=binding.site_fits,
)
PAYMENT = Entity(
    "energy_payment",
    "payments",
    EnergyPayment,
    "计量付费情形",
    "metering and payment",
    "document",
    read=READERS,
    write=FILLERS,
    filters=("energy", "payment", "valid_from"),
    natural_key=("energy", "valid_from"),
)
LAYOUT = Entity(
    "supplier_layout",
    "layouts",
    SupplierLayout,
    "供应单位文件格式",
    "layout of a supplier's file",
    "supplier",
    read=READERS,
    write=FILLERS,
    filters=("energy",),
    searched=("supplier",),
    natural_key=("supplier",),
)
MONITORED = Entity(
    "monitored_building",
    "monitored-buildings",
    MonitoredBuilding,
    "监测建筑",
    "monitored building",
    "building_id",
    read=READERS,
    write=FILLERS,
    filters=("building_class",),
    natural_key=("building_id",),
    check=binding.number_fits,
)
ENTITIES = (RETURN, NOTICE, ACCOUNT, BINDING, SITE, PAYMENT, LAYOUT, MONITORED)
