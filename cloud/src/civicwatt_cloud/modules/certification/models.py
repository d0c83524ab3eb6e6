"""Certifications with their answers; an installation's own schemes and items; the lots of the re-check."""

from datetime import date

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.certification.choices import Grade, Kind, Outcome


class Certification(Record):
    """An institution's way to one award: declared, scored, checked, published, held, looked at again."""

    __tablename__ = "certification"
    __table_args__ = (UniqueConstraint("number"), UniqueConstraint("token"))

    number: Mapped[str] = fields.text("编号", "number", length=60, is_computed=True)
    kind: Mapped[str] = fields.choice("创建类型", "kind", Kind)
    version: Mapped[str | None] = fields.text("标准版本", "version of the scheme", length=20)
    grade: Mapped[str] = fields.choice("级别", "level", Grade)
    year: Mapped[int] = fields.year("评价年度", "year that is judged", least=2000)
    plan: Mapped[str | None] = fields.note("创建方案", "plan", is_computed=True)
    self_score: Mapped[int | None] = fields.number("自评分", "self score", "分", digits=2, is_computed=True)
    self_outcome: Mapped[str | None] = fields.choice("自评结果", "self outcome", Outcome, is_computed=True)
    check_note: Mapped[str | None] = fields.note("审核意见", "finding of the check", is_computed=True)
    expert_score: Mapped[int | None] = fields.number(
        "专家评分", "expert score", "分", digits=2, is_computed=True
    )
    visit_note: Mapped[str | None] = fields.note("现场核验意见", "finding of the visit", is_computed=True)
    publicity_until: Mapped[date | None] = fields.day("公示至", "published until", is_computed=True)
    awarded_on: Mapped[date | None] = fields.day("授予日期", "awarded on", is_computed=True)
    valid_until: Mapped[date | None] = fields.day("有效期至", "valid until", is_computed=True)
    recheck_on: Mapped[date | None] = fields.day("下次复核", "next re-check", is_computed=True)
    recheck_note: Mapped[str | None] = fields.note("复核意见", "finding of the re-check", is_computed=True)
    rectify_until: Mapped[date | None] = fields.day("整改期限", "to be rectified by", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))
    scored: Mapped[str | None] = mapped_column(Text)  # JSON: the self score as it was handed in
    token: Mapped[str | None] = mapped_column(String(43))  # of the public page of its certificate
    shown: Mapped[str | None] = mapped_column(Text)  # JSON: what the certificate says


class Answer(Record):
    """What an institution says of an item that no meter answers, and with which document."""

    __tablename__ = "certification_answer"
    __table_args__ = (UniqueConstraint("certification_id", "item"),)

    certification_id: Mapped[int] = fields.reference("创建", "certification", "certification")
    item: Mapped[str] = fields.text("条目", "item", length=40)
    title: Mapped[str] = fields.text("条目内容", "what the item says", length=200, is_computed=True)
    most: Mapped[int] = fields.number("满分", "most points", "分", digits=2, is_computed=True)
    is_veto: Mapped[bool] = fields.check("★或必备条件", "★ or condition", is_computed=True)
    claimed: Mapped[int | None] = fields.number("自评分（条件符合填1）", "claimed (a condition: 1)", digits=2)
    document: Mapped[str | None] = fields.text("证明材料", "document", length=200)
    explanation: Mapped[str | None] = fields.note("说明", "explanation")


class OwnScheme(Record):
    """A scheme that ships without its total and pass mark, or not at all: the installation's own."""

    __tablename__ = "certification_scheme"

    kind: Mapped[str] = fields.choice("创建类型", "kind", Kind)
    version: Mapped[str] = fields.text("标准版本", "version", length=20)
    title: Mapped[str] = fields.text("标准名称", "title", length=120)
    total: Mapped[int] = fields.number("总分", "total", "分", digits=2)
    pass_mark: Mapped[int] = fields.number("合格分", "pass mark", "分", digits=2)
    valid_from: Mapped[date] = fields.day("施行日期", "in force since")
    source: Mapped[str] = fields.text("依据", "source", length=200)


class OwnItem(Record):
    """An item of a scheme that was not found, as the installation knows it."""

    __tablename__ = "certification_item"

    kind: Mapped[str] = fields.choice("创建类型", "kind", Kind)
    version: Mapped[str] = fields.text("标准版本", "version", length=20)
    item: Mapped[str] = fields.text("条目编号", "item", length=40)
    section: Mapped[str] = fields.text("章节", "section", length=60)
    title: Mapped[str] = fields.text("条目内容", "what it says", length=200)
    points: Mapped[int] = fields.number("分值", "points", "分", digits=2)
    star: Mapped[bool] = fields.check("★项（不得为0分）", "★: not to be 0")
    is_condition: Mapped[bool] = fields.check("必备条件", "condition")
    source: Mapped[str] = fields.text("依据", "source", length=200)


class Draw(Record):
    """The lots of a year's re-check: seed and list are published, and anybody draws them again."""

    __tablename__ = "certification_draw"

    year: Mapped[int] = fields.year("年度", "year", least=2000)
    seed: Mapped[str] = fields.text("随机种子（公开）", "seed, published", length=80)
    certified: Mapped[int] = fields.number("已授予单位数", "certified units", is_computed=True)
    by_risk: Mapped[str] = fields.note("按风险抽取", "drawn by risk", is_computed=True)
    by_chance: Mapped[str] = fields.note("随机抽取", "drawn by chance", is_computed=True)
    population: Mapped[str] = fields.note(
        "总体与风险值", "whole, with risks", length=400_000, is_computed=True
    )
    finding: Mapped[str | None] = fields.note("抽查结论", "finding", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))
