"""The `civicwatt` command of a whole installation: the gateway's groups, and those of simulator and cloud."""

import typer

from civicwatt.demo.cli import demo
from civicwatt.verify import verify
from civicwatt_edge import command
from civicwatt_edge.command import Group

GROUPS = command.GROUPS | {
    "sim": Group("civicwatt_sim.cli", "app", "模拟表计与建筑 · simulated meters and buildings"),
    "cloud": Group("civicwatt_cloud.cli", "app", "云端：接收、台账、网页 · ingest, ledger, pages"),
    "directory": Group(
        "civicwatt_cloud.cli",
        "directory_app",
        "名录：机构、楼栋、面积、人数 · institutions and buildings",
    ),
    "meters": Group(
        "civicwatt_cloud.cli",
        "meters_app",
        "表计绑定：楼栋与分项 · bind meters to buildings and end uses",
    ),
    "records": Group(
        "civicwatt_cloud.modules.records_commands",
        "app",
        "登记表：导入、导出 · registries of modules as workbooks",
    ),
    "ledger": Group(
        "civicwatt_cloud.timeseries.ledger.commands",
        "app",
        "台账：抄表导出复算 · what the ledger says of an export",
    ),
    "bills": Group(
        "civicwatt_cloud.timeseries.ledger.bills.commands",
        "app",
        "账单与人工抄表 · bills and manual readings",
    ),
    "tariffs": Group(
        "civicwatt_cloud.timeseries.ledger.tariffs.commands",
        "app",
        "价格表：分时电价等 · prices by time of use",
    ),
    "closing": Group(
        "civicwatt_cloud.timeseries.ledger.closing.commands",
        "app",
        "关账与更正单 · closed months and corrections",
    ),
    "module": Group(
        "civicwatt.modules.commands", "app", "模块：规模、新建 · sizes of the modules, and a new one"
    ),
    "audit": Group(
        "civicwatt_cloud.kit.audit_commands", "app", "审计链：校验、锚点 · verify and anchor the audit"
    ),
    "events": Group(
        "civicwatt_cloud.kit.events_commands", "app", "事件：未投递清单、重投 · events that were not taken"
    ),
    "calendar": Group(
        "civicwatt_cloud.kit.calendar_commands",
        "app",
        "工作日历：放假通知 · the notices on holidays",
    ),
    "rules": Group(
        "civicwatt_cloud.kit.rules_commands",
        "app",
        "规则行：本地标准与限额 · rule rows of one's own",
    ),
    "store": Group(
        "civicwatt_cloud.timeseries.stores.cli",
        "app",
        "读数库：检验、搬迁 · check a readings store, copy one into another",
    ),
    "quarantine": Group(
        "civicwatt_cloud.timeseries.intake.commands",
        "app",
        "隔离区：清单、详情、重放 · what was set aside, and once more",
    ),
    "anomalies": Group(
        "civicwatt_cloud.analysis.anomalies.commands",
        "app",
        "异常：逐行判断一份读数 · what is wrong with a series",
    ),
    "mv": Group(
        "civicwatt_cloud.analysis.savings.commands",
        "app",
        "节能量测量与验证 · measured savings, and how sure they are",
    ),
    "retrofit": Group(
        "civicwatt_cloud.modules.retrofit.commands",
        "app",
        "节能改造：室外气温 · outdoor temperatures for measured savings",
    ),
    "monitoring": Group(
        "civicwatt_cloud.modules.returns.monitoring.commands",
        "app",
        "建筑能耗监测系统（2008）上报 · the monitoring system of 2008",
    ),
    "bench": Group("civicwatt.bench.cli", "app", "性能实测与目标 · measured figures and their goals"),
    "drill": Group("civicwatt.drill.cli", "app", "故障演练，对照真值 · faults on purpose, and the truth"),
}


def build(asked: str | None) -> typer.Typer:
    """The command tree with the asked group loaded and the others as titles."""
    return command.build(asked, GROUPS, (demo, verify))


def main() -> None:
    """Run the command."""
    command.run(GROUPS, (demo, verify))
