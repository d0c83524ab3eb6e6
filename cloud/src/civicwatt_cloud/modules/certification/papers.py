"""What is printed: the report of the self score, the checklist of the visit, the certificate."""

import json
from html import escape
from io import BytesIO

import segno
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.documents import font
from civicwatt_cloud.kit.documents.font import CHINESE
from civicwatt_cloud.kit.documents.forms import PLATFORM, Form, Line, Signed
from civicwatt_cloud.kit.records.choices import Sensitivity
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.opinions import VERBS
from civicwatt_cloud.modules.certification import scoring
from civicwatt_cloud.modules.certification.choices import Grade, Kind
from civicwatt_cloud.modules.certification.entities import CERTIFICATION, CREATION
from civicwatt_cloud.modules.certification.measuring import FIGURES
from civicwatt_cloud.modules.certification.models import Certification
from civicwatt_cloud.modules.certification.scoring import Line as Scored
from civicwatt_cloud.timeseries.figures import dated, metering
from civicwatt_cloud.timeseries.figures.reasons import Reason

FINDING = "核验：□一致 □不一致  核验值：__________  核验人：__________"
COMFORT = ("室内温度（℃）", "相对湿度（%）", "照度（lx）", "二氧化碳（ppm）")
ROOMS = 3  # rooms that are measured on the visit [engineering default]
SEEN = ("awarded", "rectifying", "revoked")  # what a public page tells of
LEFT, BAR, HIGH = 25.0, 30.0, 60.0  # mm


def report(context: Context, row: Certification) -> Form:
    """The self score: every item with its points and what they rest on, and the steps that were taken."""
    found = scoring.score(context, row)
    lines = [
        *_heading(context, row),
        Line("评价标准", f"{found.scheme.title}（{found.scheme.source}；{found.scheme.note}）"),
        Line("得分", f"{found.judged.score} 分，{found.judged.outcome.zh}"),
        *(Line(_title(one), _rests_on(one)) for one in found.lines),
    ]
    return _form(context, row, "创建自评报告", lines)


def checklist(context: Context, row: Certification) -> Form:
    """Every input with its source and a place for what the verifier finds; comfort is measured there."""
    session, owner = context.session, context.session.get_one(Institution, row.owner_id)
    scope = Scope((owner.path,))
    lines = _heading(context, row)
    for meter in metering.meters(session, scope, owner.id):
        place = f"{meter.building_name}，{meter.end_use.zh}；{meter.device}，{meter.template}"
        lines.append(Line(f"计量：{meter.name}", f"{place}\n{FINDING}"))
    for one in dated.head_counts(session, scope).get(owner.id, []):
        lines.append(Line("用能人数", f"{one.value} 人，自 {one.valid_from} 起（{one.source}）\n{FINDING}"))
    for building, areas in dated.floor_areas(session, scope).get(owner.id, []):
        for one in areas:
            said = f"{building.name} {one.value / 100:.2f} m²，自 {one.valid_from} 起（{one.source}）"
            lines.append(Line("建筑面积", f"{said}\n{FINDING}"))
    for item in scoring.score(context, row).lines:
        lines.append(Line(_title(item), f"{_rests_on(item)}\n{FINDING}"))
    blank = "；".join(f"{one} ______" for one in COMFORT)
    lines += [Line(f"现场测量 {number}", f"房间 __________；{blank}") for number in range(1, ROOMS + 1)]
    return _form(context, row, "现场核验清单", lines)


def told(context: Context, token: str) -> dict[str, object] | None:
    """What the certificate of that address says, and nothing else; None: there is none."""
    query = select(Certification).where(Certification.token == token, Certification.removed_us.is_(None))
    row = context.session.scalar(query)
    is_open = row is not None and row.sensitivity in {Sensitivity.PUBLIC, Sensitivity.INTERNAL}
    return _told(row) if row is not None and is_open and row.state in SEEN else None


def certificate(row: Certification, address: str) -> bytes:
    """The certificate on one page of A4; its QR code opens the public page. Errors: FontMissing."""
    said = _told(row)
    pdf = font.new_pdf()
    pdf.set_auto_page_break(auto=False)
    pdf.add_page()
    for size, text in (
        (30, str(said["kind"])),
        (18, str(said["institution"])),
        (13, f"级别：{said['grade']}"),
    ):
        pdf.set_font(CHINESE, size=size)
        pdf.cell(0, size * 0.9, text, align="C", new_x="LMARGIN", new_y="NEXT")
    until = f"，有效期至 {said['valid_until']}" if said["valid_until"] else ""
    pdf.set_font(CHINESE, size=11)
    for text in (f"编号：{said['number']}", f"授予日期：{said['awarded_on']}{until}"):
        pdf.cell(0, 9, text, align="C", new_x="LMARGIN", new_y="NEXT")
    years = json.loads(row.shown or "{}").get("years", [])
    known = [float(one[key]) for one in years for key in ("value", "mean") if one[key] is not None]
    top, floor = 110.0, 110.0 + HIGH
    pdf.text(LEFT, top - 6, "单位建筑面积能耗（不含公务用车用油，kgce/m²）；横线：同类平均值")
    for number, one in enumerate(years):
        left = LEFT + number * (BAR + 25)
        pdf.text(left, floor + 7, f"{one['year']} 年")
        for key in ("value", "mean"):
            if one[key] is None:
                continue
            high = HIGH * float(one[key]) / max(known) if max(known) else 0.0
            if key == "value":
                pdf.set_fill_color(22, 119, 255)
                pdf.rect(left, floor - high, BAR, high, style="F")
                pdf.text(left, floor + 13, f"{float(one[key]):.2f}")
            else:
                pdf.line(left - 5, floor - high, left + BAR + 5, floor - high)
        if one["value"] is None:
            pdf.text(left, floor + 13, "无完整数据")
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="png", scale=8, border=2)
    pdf.image(picture, 80, 215, 50, 50)
    pdf.set_xy(20, 267)
    pdf.cell(170, 8, "扫码核验", align="C")
    return bytes(pdf.output())


def page(said: dict[str, object]) -> str:
    """The public page: plain, without a script."""
    titles = {
        "institution": "单位 · institution",
        "kind": "称号 · award",
        "grade": "级别 · level",
        "number": "编号 · number",
        "state": "状态 · state",
        "awarded_on": "授予日期 · awarded on",
        "valid_until": "有效期至 · valid until",
    }
    rows = [(titles[key], "—" if said[key] is None else str(said[key])) for key in titles]
    years = said["years"]
    if isinstance(years, list):
        rows += [
            (f"{one['year']} kgce/m²", f"{one['value'] or '—'}（同类平均 {one['mean'] or '—'}）")
            for one in years
        ]
    lines = "".join(f"<dt>{escape(title)}</dt><dd>{escape(text)}</dd>" for title, text in rows)
    return (
        '<!doctype html><html lang="zh"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>证书核验</title>'
        f"<h1>证书核验 · certificate</h1><dl>{lines}</dl></html>"
    )


def _told(row: Certification) -> dict[str, object]:
    shown = json.loads(row.shown or "{}")
    return {
        "institution": shown.get("institution", ""),
        "kind": Kind(row.kind).zh,
        "grade": Grade(row.grade).zh,
        "number": row.number,
        "state": CREATION.state(row.state).zh,
        "awarded_on": None if row.awarded_on is None else str(row.awarded_on),
        "valid_until": None if row.valid_until is None else str(row.valid_until),
        "years": shown.get("years", []),
    }


def _heading(context: Context, row: Certification) -> list[Line]:
    owner = context.session.get_one(Institution, row.owner_id)
    return [
        Line("单位", owner.name),
        Line("创建类型", f"{Kind(row.kind).zh}（{Grade(row.grade).zh}），{row.year} 年度"),
        Line("编号", row.number),
    ]


def _title(one: Scored) -> str:
    mark = "★" if one.item.star else "【必备】" if one.item.is_condition else ""
    return f"{mark}{one.item.title}"


def _rests_on(one: Scored) -> str:
    most = "符合为 1" if one.item.is_condition else f"满分 {one.item.points}"
    points = f"{most}，得 {'—' if one.points is None else one.points}"
    if one.item.figure and one.measured and one.mean:
        unit = FIGURES[one.item.figure][2]
        value, mean = scoring.told(one.measured.value) or "—", scoring.told(one.mean.value) or "—"
        points += f"；实测 {value}，同类平均 {mean} {unit}（{one.mean.peers} 家{one.mean.row}）"
    if one.answer is not None:
        points += f"；材料：{one.answer.document or '—'}，附件 {one.files} 个"
    return f"{points}；{one.reason.zh}" if isinstance(one.reason, Reason) else points


def _form(context: Context, row: Certification, title: str, lines: list[Line]) -> Form:
    taken = steps.taken(context, CERTIFICATION, row.id)
    names = steps.names(context, taken)
    called = {event: one.zh for event, one in VERBS.items()}
    called |= {one.event: one.zh for one in CREATION.transitions}
    signed = [
        Signed(
            called.get(one.event, "申报"),
            names.get(one.account_id or 0, PLATFORM),
            iso(one.at_us, context.zone)[:16].replace("T", " "),
            "",
        )
        for one in taken
    ]
    return Form(title, iso(context.now_us, context.zone)[:16].replace("T", " "), lines, signed)
