"""Projects, their frozen baselines, adjustments and settlements; outdoor temperature by region."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.retrofit.choices import ProjectKind, Terms


class Project(Record):
    """A measure with its counters: ids of points, separated by commas. Savings count from `reporting_on`."""

    __tablename__ = "retrofit_project"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("项目编号", "number", length=40, is_computed=True)
    name: Mapped[str] = fields.text("项目名称", "name", length=120)
    kind: Mapped[str] = fields.choice("类型", "kind", ProjectKind)
    building_id: Mapped[int | None] = fields.reference("楼栋", "building", "building")
    points: Mapped[str | None] = fields.text("计量点", "points")
    audit: Mapped[str | None] = fields.note("节能诊断", "energy audit")
    investment: Mapped[int | None] = fields.money("投资", "investment")
    terms: Mapped[str] = fields.choice("合同类型", "kind of contract", Terms, default=Terms.OWN)
    decision: Mapped[str | None] = fields.text("决策文件", "document of the decision", is_computed=True)
    provider: Mapped[str | None] = fields.text("节能服务公司", "provider", length=120)
    contract: Mapped[str | None] = fields.text("合同编号", "contract", length=60)
    price: Mapped[int | None] = fields.number("合同能源单价", "price of the contract", "元", digits=4)
    shares: Mapped[str | None] = fields.text("各年服务公司分享比例（%）", "provider's shares by year (%)")
    fee: Mapped[int | None] = fields.money("年服务费或托管费", "fee a year")
    guarantee: Mapped[int | None] = fields.number("保证节能量（年）", "guaranteed saving a year", digits=2)
    compensation: Mapped[int | None] = fields.number("未达部分赔付", "compensation", "%", digits=2)
    bonus: Mapped[int | None] = fields.number("超出部分奖励", "bonus", "%", digits=2)
    baseline_cost: Mapped[int | None] = fields.money("约定基准能源费用（年）", "agreed energy cost a year")
    rents: Mapped[str | None] = fields.text("各年租金（元）", "rents by year (yuan)")
    works_on: Mapped[date | None] = fields.day("开工日期", "works began", is_computed=True)
    reporting_on: Mapped[date | None] = fields.day("报告期起", "savings count from", is_computed=True)
    dropped: Mapped[str | None] = fields.note("终止原因", "why it was dropped", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class Baseline(Record):
    """What was used before, frozen with its model. Rows are only ever added: freezing anew is a version."""

    __tablename__ = "retrofit_baseline"
    __table_args__ = (UniqueConstraint("project_id", "version"),)

    project_id: Mapped[int] = fields.reference("项目", "project", "retrofit_project", is_computed=True)
    version: Mapped[int] = fields.number("版本", "version", is_computed=True)
    first_on: Mapped[date] = fields.day("基期首日", "first day", is_computed=True)
    last_on: Mapped[date] = fields.day("基期末日", "last day", is_computed=True)
    points: Mapped[str] = fields.text("计量点", "points", is_computed=True)
    unit: Mapped[str] = fields.text("单位", "unit", length=10, is_computed=True)
    hours: Mapped[int] = fields.number("有效小时数", "hours counted", is_computed=True)
    use: Mapped[int] = fields.number("基期用量", "use", digits=2, is_computed=True)
    model: Mapped[str] = fields.text("模型", "model", is_computed=True)
    parameters: Mapped[int] = fields.number("参数个数", "parameters", is_computed=True)
    cvrmse: Mapped[int | None] = fields.number("CV(RMSE)", "CV(RMSE)", "%", digits=4, is_computed=True)
    nmbe: Mapped[int | None] = fields.number("NMBE", "NMBE", "%", digits=4, least=None, is_computed=True)
    coefficients: Mapped[str] = fields.note("模型系数", "coefficients", length=200_000, is_computed=True)
    temperature: Mapped[str] = fields.text("气温来源", "source of the temperature", is_computed=True)
    data_hash: Mapped[str] = fields.text("数据散列（SHA-256）", "hash of the data", is_computed=True)
    frozen_us: Mapped[int] = fields.moment("冻结时间", "frozen", is_computed=True)
    frozen_by: Mapped[str] = fields.text("冻结人", "frozen by", length=80, is_computed=True)
    reason: Mapped[str | None] = fields.note("重新冻结原因", "why it was frozen anew", is_computed=True)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, default=b"")  # freezing.py: packed hours


class NonRoutine(Record):
    """Something beside the measure changed the use: counted once a second person has agreed."""

    __tablename__ = "retrofit_adjustment"

    project_id: Mapped[int] = fields.reference("项目", "project", "retrofit_project")
    first_on: Mapped[date] = fields.day("首日", "first day")
    last_on: Mapped[date] = fields.day("末日", "last day")
    reason: Mapped[str] = fields.text("原因", "reason")
    document: Mapped[str] = fields.text("依据文件", "document")
    per_day: Mapped[int | None] = fields.number("每日用量", "amount a day", digits=2, least=None)
    factor: Mapped[int | None] = fields.number("系数", "factor", digits=4)
    state: Mapped[str] = mapped_column(String(40))


class Settlement(Record):
    """A year of the contract: what the platform measured, what the provider says, who has what."""

    __tablename__ = "retrofit_settlement"

    project_id: Mapped[int] = fields.reference("项目", "project", "retrofit_project", is_computed=True)
    year: Mapped[int] = fields.number("合同年度（第几年）", "year of the contract", least=1, is_computed=True)
    claimed: Mapped[int | None] = fields.number(
        "服务公司申报节能量", "saving the provider says", digits=2, least=None, is_computed=True
    )
    energy_cost: Mapped[int | None] = fields.money(
        "本年能源费用", "paid for energy this year", is_computed=True
    )
    first_on: Mapped[date] = fields.day("首日", "first day", is_computed=True)
    last_on: Mapped[date] = fields.day("末日", "last day", is_computed=True)
    baseline_id: Mapped[int] = fields.reference("基期", "baseline", "retrofit_baseline", is_computed=True)
    unit: Mapped[str] = fields.text("单位", "unit", length=10, is_computed=True)
    adjusted: Mapped[int] = fields.number(
        "校准能耗", "adjusted baseline", digits=2, least=None, is_computed=True
    )
    use: Mapped[int] = fields.number("实际用量", "use", digits=2, least=None, is_computed=True)
    saving: Mapped[int] = fields.number(
        "实测节能量", "measured saving", digits=2, least=None, is_computed=True
    )
    low: Mapped[int] = fields.number(
        "90 % 区间下限", "90 % interval, low", digits=2, least=None, is_computed=True
    )
    high: Mapped[int] = fields.number(
        "90 % 区间上限", "90 % interval, high", digits=2, least=None, is_computed=True
    )
    difference: Mapped[int | None] = fields.number(
        "申报与实测之差", "said less measured", digits=2, least=None, is_computed=True
    )
    coverage: Mapped[int] = fields.number("数据覆盖率", "coverage", "%", digits=2, is_computed=True)
    concerns: Mapped[str | None] = fields.note("可疑事项", "possible issues", is_computed=True)
    value: Mapped[int] = fields.money("节能效益", "value", least=None, is_computed=True)
    payment: Mapped[int] = fields.money("应付服务公司", "payment", least=None, is_computed=True)
    client: Mapped[int] = fields.money("用能单位所得", "client has", least=None, is_computed=True)
    provider: Mapped[int] = fields.money("服务公司所得", "provider has", least=None, is_computed=True)
    shortfall: Mapped[int] = fields.number("未达保证量", "shortfall", digits=2, is_computed=True)
    data_hash: Mapped[str] = fields.text("数据散列（SHA-256）", "hash of the data", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class OutdoorTemperature(Base):
    """Of an hour in a region; no row: unknown."""

    __tablename__ = "outdoor_temperature"
    __table_args__ = ({"sqlite_with_rowid": False},)

    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)  # hours since 1970-01-01T00Z
    centi: Mapped[int] = mapped_column(BigInteger)  # 0.01 °C
    is_hourly: Mapped[bool]  # False: the mean of a day or of several hours
    source: Mapped[str] = mapped_column(String(200))
