"""Floor plans, accounts, indicators, labels and personnel events, on a real server with the demo's rooms."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pyotp
import pytest
from modules_site import PASSWORD, Site, running
from page_checks import ENGLISH, NAMELESS, TOO_WIDE, Visit
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from civicwatt_cloud.kit import labels, passwords
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.files.store import Store
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, real_now_us
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.housing import demo as housing
from civicwatt_cloud.modules.housing.choices import RoomKind, RoomState
from civicwatt_cloud.modules.housing.estate import ROOM
from civicwatt_cloud.modules.housing.models import Floor
from civicwatt_cloud.modules.housing.module import MODULE as HOUSING
from civicwatt_cloud.modules.org.module import MODULE as ORG
from civicwatt_cloud.modules.upkeep import demo as upkeep
from civicwatt_cloud.modules.upkeep.models import ServicePoint
from civicwatt_cloud.modules.upkeep.module import MODULE as UPKEEP

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PATIENCE_MS = 20_000  # of a busy machine
expect.set_options(timeout=PATIENCE_MS)
REFUSED = "Failed to load resource"  # how Chromium words a refusal that the page shows in its own words
CITY = {"region_code": "429900"}
BUSINESS = (Role.HOUSING_MANAGER, Role.LOGISTICS_MANAGER, Role.ORGANISATION_MANAGER, Role.STAFF)
PEOPLE = {
    "lin": ("林清", BUSINESS, CITY),
    "sys": ("郑文", (Role.SYSTEM_ADMIN,), {}),
    "sec": ("安宁", (Role.SECURITY_ADMIN,), {}),
    "aud": ("申明", (Role.AUDIT_ADMIN,), {}),
}
PAGES = ["#/housing/plans/1", "#/housing/plans/1?print=a4", "#/housing/reports", "#/indicators", "#/account"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("administration")


@pytest.fixture(scope="module")
def site(browser: Browser, folder: Path) -> Iterator[Site]:
    with running(folder, modules=(ORG, HOUSING, UPKEEP)) as found:
        furnish(found, Settings(data_dir=folder))
        yield found


def furnish(site: Site, settings: Settings) -> None:
    """The demo's rooms and tickets, one room that nobody has drawn, and who signs in."""
    with site.database.session() as session:
        context = Context(session, PLATFORM, ZoneInfo("Asia/Shanghai"), real_now_us())
        city = session.scalars(select(Institution).order_by(Institution.id)).all()[:3]
        housing.fill(context, city, Store(settings.files_path))
        upkeep.fill(context, city)
        floor = session.scalars(select(Floor).order_by(Floor.id)).first()
        assert floor is not None
        room = {"code": "FJ-NEW", "number": "130", "use_area": 3000, "floor_id": floor.id}
        registry.add(
            context, ROOM, floor.owner_id, room | {"kind": RoomKind.SERVICE, "state": RoomState.IN_USE}
        )
        for username, (name, roles, node) in PEOPLE.items():
            now_us = real_now_us()
            account = Account(username=username, display_name=name, created_us=now_us, password_set_us=now_us)
            account.password_hash = passwords.hash_password(PASSWORD)
            session.add(account)
            session.flush()
            for role in roles:
                session.add(Grant(account_id=account.id, role=role, valid_from=FOR_EVER, **node))


def opened_by(browser: Browser, site: Site, username: str) -> tuple[BrowserContext, Visit]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context.new_page(), site.url)
    visit.watch(context)
    visit.page.goto(site.url)
    visit.page.get_by_role("button", name="用账号和密码登录").click()
    visit.page.get_by_label("账号").fill(username)
    visit.page.get_by_label("密码").fill(PASSWORD)
    visit.page.get_by_role("button", name="登录", exact=True).click()
    visit.page.get_by_role("navigation", name="业务").wait_for()
    return context, visit


@pytest.fixture(scope="module")
def manager(browser: Browser, site: Site) -> Iterator[Visit]:
    context, visit = opened_by(browser, site, "lin")
    yield visit
    context.close()


def at(visit: Visit, path: str) -> Page:
    """The page of that address, without what an earlier one had open."""
    visit.page.goto("about:blank")
    visit.page.goto(visit.url + path)
    return visit.page


def plan(visit: Visit, query: str = "") -> Page:
    page = at(visit, f"#/housing/plans/1{query}")
    page.locator(".room").first.wait_for()
    return page


def test_a_room_is_found_on_the_plan_by_the_keyboard_and_says_who_is_over(manager: Visit) -> None:
    page = plan(manager)
    page.get_by_role("button", name=re.compile("^房间 101、")).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    card = page.locator(".room-card")
    expect(card.get_by_role("heading")).to_have_text("房间 104")
    expect(card).to_contain_text("使用 20 m²，标准 9 m²，超 11 m²（122.22 %）")
    expect(card).to_contain_text("发改投资〔2014〕2674号")
    expect(page.locator(".room-list [aria-pressed=true]")).to_contain_text("104")
    manager.shot("plan-1-room")


def test_the_pages_of_a_module_stand_in_groups_of_its_manifest(manager: Visit) -> None:
    page = at(manager, "#/housing/rooms")
    menu = page.get_by_role("navigation", name="办公用房", exact=True)
    expect(menu.get_by_role("link", name="房产台账")).to_have_attribute("aria-current", "true")
    expect(menu.get_by_role("link", name="房间", exact=True)).to_have_attribute("aria-current", "page")
    expect(menu.get_by_role("link", name="腾退任务")).to_have_count(0)
    menu.get_by_role("link", name="调配与处置").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="用房调配")).to_be_visible()
    expect(menu.get_by_role("link", name="腾退任务")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    box = menu.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1440, "height": 900})


def test_the_list_and_the_legend_leave_what_one_looks_for(manager: Visit) -> None:
    page = plan(manager)
    rows = page.locator(".room-list li")
    expect(rows).to_have_count(7)
    page.get_by_role("group", name="图例").get_by_role("button", name="空置").click()
    expect(rows).to_have_count(1)
    expect(page.locator(".room.faint")).to_have_count(5)
    page.get_by_role("button", name="面积标准").click()
    page.get_by_role("group", name="图例").get_by_role("button", name=re.compile("^超标")).click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("104")
    page.get_by_role("group", name="图例").get_by_role("button", name=re.compile("^超标")).click()
    page.get_by_label("房间号、姓名、单位").fill("12")
    expect(rows).to_have_count(2)


def test_a_room_is_drawn_by_the_mouse_corrected_by_the_keyboard_and_erased(manager: Visit) -> None:
    page = plan(manager)
    page.locator(".room-list").get_by_role("button", name=re.compile("130")).click()
    page.get_by_role("button", name="勾画位置").click()
    box = page.locator(".outline-layer").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 0.62 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.70 * box["width"], box["y"] + 0.90 * box["height"], steps=3)
    page.mouse.up()
    across = page.get_by_label("顶点 1 横 %")
    before = float(across.input_value())
    page.get_by_role("button", name=re.compile("^顶点 1，")).focus()
    page.keyboard.press("ArrowRight")
    expect(across).to_have_value(re.compile(rf"^{before + 1:.4g}"))
    page.get_by_label("顶点 3 横 %").fill("55")
    page.get_by_label("顶点 4 横 %").fill("70")
    expect(page.get_by_text("边线相交")).to_be_visible()
    expect(page.get_by_role("button", name="保存位置")).to_be_disabled()
    for _ in range(2):
        page.get_by_role("button", name="撤销", exact=True).click()
    expect(page.get_by_text(re.compile("与房间 .+ 的位置重叠"))).to_have_count(0)
    page.get_by_label("顶点 1 横 %").fill("5")
    page.get_by_label("顶点 4 横 %").fill("5")
    expect(page.get_by_text(re.compile("与房间 .+ 的位置重叠"))).to_be_visible()
    for _ in range(2):
        page.get_by_role("button", name="撤销", exact=True).click()
    page.get_by_role("button", name="保存位置").click()
    expect(page.get_by_text("房间 130 的位置已保存")).to_be_visible()
    expect(page.locator(".room")).to_have_count(7)
    page.get_by_role("button", name="擦除位置").click()
    page.get_by_role("button", name="从图上擦除").click()
    expect(page.locator(".room")).to_have_count(6)
    page.get_by_role("button", name="恢复原位置").click()
    expect(page.locator(".room")).to_have_count(7)


def test_an_outline_is_drawn_without_a_mouse_and_outlives_the_tab(manager: Visit) -> None:
    page = plan(manager)
    page.locator(".room-list").get_by_role("button", name=re.compile("130")).click()
    page.get_by_role("button", name="修正位置").click()
    page.get_by_role("button", name="清空重画").click()
    page.locator(".outline-layer").focus()
    for key in (" ", *["ArrowRight"] * 9, " ", *["ArrowDown"] * 9, " ", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_label("顶点 3 纵 %")).to_have_value("59")
    page = plan(manager)
    page.locator(".room-list").get_by_role("button", name=re.compile("130")).click()
    page.get_by_role("button", name="修正位置").click()
    expect(page.get_by_label("顶点 3 纵 %")).to_have_value("59")
    page.get_by_role("button", name="放弃").click()
    expect(page.get_by_role("button", name="修正位置")).to_be_visible()


def test_a_floor_is_printed_with_its_rooms_and_without_the_pages_around_it(manager: Visit) -> None:
    page = plan(manager)
    page.get_by_role("link", name="打印", exact=True).click()
    sheet = page.locator(".sheet-of-paper")
    expect(sheet.locator("tbody tr")).to_have_count(7)
    expect(sheet).to_contain_text("打印人 林清")
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(sheet.locator("svg text").first).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_label("印出使用人姓名").uncheck()
    expect(sheet.locator("tbody tr").first).to_contain_text("1 人")


def test_s06_an_account_goes_through_two_hands_and_its_holder_sets_up_a_second_factor(
    browser: Browser, site: Site
) -> None:
    context, system = opened_by(browser, site, "sys")
    page = system.page
    page.get_by_role("button", name="新建账号").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("账号（登录用）").fill("he.yan")
    sheet.get_by_label("姓名").fill("何妍")
    sheet.get_by_role("button", name="建立账号").click()
    code = sheet.locator("code").inner_text()
    context.close()

    context, security = opened_by(browser, site, "sec")
    page = security.page
    page.get_by_role("link", name="he.yan").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("角色").select_option(label="联络员")
    node = sheet.get_by_role("combobox", name=re.compile("范围"))
    node.click()
    node.fill("教育")
    page.locator(".ant-select-item-option").get_by_text("荆襄市教育局").click()
    sheet.get_by_role("button", name="授权", exact=True).click()
    expect(sheet.locator(".plain-rows li").first).to_contain_text("联络员 荆襄市教育局")
    assert security.page.evaluate(NAMELESS) == []
    context.close()

    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{site.url}#/invitation/{code}")
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_role("button", name="设置密码", exact=True).click()
    expect(page.get_by_text("密码已设置")).to_be_visible()
    page.get_by_label("账号").fill("he.yan")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("navigation", name="业务").wait_for()
    page.goto(f"{site.url}#/account")
    expect(page.get_by_text("荆襄市教育局", exact=True).last).to_be_visible()
    page.get_by_role("button", name="启用动态口令").click()
    expect(page.locator("img.qr")).to_be_visible()
    phone = pyotp.TOTP(page.locator(".stacked code").inner_text().replace(" ", ""))
    began = int(time.time())
    page.get_by_label("六位数字").fill(phone.at(began))
    page.get_by_role("button", name="确认启用").click()
    expect(page.get_by_text("每次用密码登录时")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name=re.compile("何妍")).click()
    page.get_by_text("退出登录").click()
    page.get_by_role("button", name="用账号和密码登录").click()
    page.get_by_label("账号").fill("he.yan")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_label("六位数字").fill(phone.at(began + 30))  # the digits after those that were used
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("navigation", name="业务").wait_for()
    context.close()


def test_s09_the_audit_administrator_finds_a_deed_and_verifies_the_chain(
    browser: Browser, site: Site
) -> None:
    context, visit = opened_by(browser, site, "aud")
    page = visit.page
    page.get_by_label("对象以此开头").fill("room/")
    expect(page).to_have_url(re.compile("subject=room"))
    deeds = page.get_by_role("table", name="审计日志")
    expect(deeds.locator("tbody tr").first).to_contain_text("房间：")
    deeds.get_by_role("link", name="房间：新增").first.click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("row", name=re.compile("^使用面积"))).to_contain_text("—")
    expect(sheet).to_contain_text("sha256:")
    visit.shot("audit-deed")
    sheet.get_by_role("button", name="关闭").click()
    page.get_by_role("button", name="校验审计链").click()
    expect(page.get_by_role("status")).to_contain_text("审计链完整")
    page.get_by_role("textbox", name="截止日期").fill("2020-01-01")
    expect(page.get_by_text("没有符合条件的记录。")).to_be_visible()
    for check in (NAMELESS, ENGLISH):
        assert page.evaluate(check) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate(TOO_WIDE) == []
    context.close()


def test_a_figure_opens_to_its_formula_ranking_and_records(manager: Visit) -> None:
    page = at(manager, "#/indicators")
    page.get_by_role("link", name="用房空置率").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text(re.compile("空置面积.*÷.*全部使用面积"))
    ranking = sheet.get_by_role("table", name="排名")
    expect(ranking.locator("tbody tr")).to_have_count(3)
    sheet.get_by_role("button", name="按区划").click()
    expect(ranking.locator("tbody tr")).to_have_count(1)
    sheet.get_by_role("tab", name="明细").click()
    sheet.get_by_role("link", name="120", exact=True).first.click()
    expect(page).to_have_url(re.compile("#/housing/rooms/"))


def test_returns_forms_and_labels_are_files_that_a_page_gives(manager: Visit) -> None:
    page = at(manager, "#/housing/reports")
    manager.shot("reports")
    year = page.get_by_label("使用单位信息报送表 年度").input_value()
    for name, file in (
        ("使用单位信息报送表 表格", f"使用单位信息报送表-{year}.xlsx"),
        ("空置用房清单 CSV", "空置用房清单.csv"),
    ):
        with page.expect_download() as given:
            page.get_by_role("link", name=name).click()
        assert given.value.suggested_filename == file
    page = at(manager, "#/housing/allocations")
    page.locator("tbody a").first.click()
    page.get_by_role("dialog").get_by_role("tab", name="流程").click()
    with page.expect_download() as given:
        page.get_by_role("link", name="审批表 Word").click()
    assert given.value.suggested_filename.endswith(".docx")
    manager.shot("approval-form")
    page = at(manager, "#/housing/rooms")
    for place in (0, 1):
        page.locator("tbody input[type=checkbox]").nth(place).check()
    with page.expect_download() as given:
        page.get_by_role("link", name="打印标签").click()
    assert given.value.suggested_filename.endswith(".pdf")


def test_a_scanned_label_leads_to_a_repair_on_the_phone(manager: Visit, site: Site, folder: Path) -> None:
    with site.database.reading() as session:
        place = session.scalars(select(ServicePoint).order_by(ServicePoint.id)).first()
        assert place is not None
    short = labels.short_of(
        labels.key_at(Settings(data_dir=folder).label_key_path), "service_point", place.id
    )
    manager.page.set_viewport_size({"width": 360, "height": 800})
    page = at(manager, f"labels/{short}")
    expect(page.get_by_role("heading", name=place.name)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(NAMELESS) == []
    page.get_by_role("link", name="报修", exact=True).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("报修内容").fill("灯不亮")
    sheet.get_by_label("类别").select_option(index=1)
    sheet.get_by_role("button", name="新增").click()
    expect(sheet.get_by_text("待受理").first).to_be_visible()
    expect(sheet.locator(".facts")).to_contain_text(place.name)
    page = at(manager, f"#/labels/{short[:-1]}{'A' if short[-1] != 'A' else 'B'}")
    expect(page.get_by_role("heading", name="标签无效")).to_be_visible()
    manager.page.set_viewport_size({"width": 1440, "height": 900})


def test_a_retirement_is_noted_on_the_person(manager: Visit) -> None:
    page = at(manager, "#/org/people/1?tab=events")
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="登记事项").click()
    sheet.get_by_label("事项").select_option(label="退")
    expect(sheet.get_by_text("下达腾退任务")).to_be_visible()
    sheet.get_by_role("textbox", name="日期").fill("2026-11-20")
    sheet.get_by_role("button", name="登记事项").click()
    expect(sheet.locator(".steps li")).to_have_count(1)
    sheet.get_by_role("tab", name="详情").click()
    expect(sheet.locator(".facts")).to_contain_text("退休")


@pytest.mark.parametrize("path", PAGES)
def test_pages_speak_chinese_name_what_can_be_pressed_and_fit_a_phone(manager: Visit, path: str) -> None:
    page = at(manager, path)
    page.locator("main h1, main h2").first.wait_for(state="attached")
    page.locator(".ant-skeleton").first.wait_for(state="detached")
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(ENGLISH) == []
    assert page.evaluate(TOO_WIDE) == []
    page.set_viewport_size({"width": 360, "height": 800})
    expect(page.locator("main")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1440, "height": 900})


def test_nothing_was_asked_of_another_host_and_the_console_stayed_silent(manager: Visit) -> None:
    assert manager.foreign == []
    assert [one for one in manager.complaints if REFUSED not in one] == []
