import re

import pytest
from page_checks import ENGLISH, NAMELESS, TOO_WIDE
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

FIRST_POLL_MS = 60_000  # a new demo reads its meters every 15 s
RATIO_OF_TEXT = 4.5  # WCAG 2.2, 1.4.3 Contrast (Minimum)

TOKENS = """() => Object.fromEntries(["ground", "card", "text", "secondary", "primary"].map(
  name => [name, getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim()]))"""


def test_city_overview_fits_one_screen_and_shows_every_institution(visit):
    page = visit.page
    page.goto(visit.url + "#/")
    expect(page.get_by_role("heading", name=re.compile("单位 12 家"))).to_be_visible()
    expect(page.locator(".chart-canvas canvas")).to_be_visible()
    expect(page.locator(".city-load .big.figure")).to_have_text(re.compile(r"\d"), timeout=FIRST_POLL_MS)
    visit.shot("2-city")
    height, viewport = page.evaluate("[document.documentElement.scrollHeight, innerHeight]")
    assert height <= viewport
    assert page.evaluate(TOO_WIDE) == []


def test_a_figure_opens_down_to_the_readings_it_is_made_of(visit):
    page = visit.page
    page.goto(visit.url + "#/")
    page.get_by_role("table", name="单位").get_by_role("link").first.click()
    expect(page.get_by_role("table", name="表计")).to_be_visible()
    expect(page.locator(".chart-canvas canvas").first).to_be_visible()
    visit.shot("3-institution")

    page.get_by_role("button", name=re.compile("用电量.*查看来源")).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator(".expression")).to_contain_text("kWh")
    visit.shot("4-lineage")
    sheet.get_by_role("table").get_by_role("link").first.click()
    expect(sheet.get_by_text("个月合计")).to_be_visible()
    visit.shot("5-months")
    sheet.get_by_role("table").get_by_role("link").last.click()
    expect(sheet.get_by_text(re.compile("当天读数 [1-9]"))).to_be_visible()
    sheet.get_by_role("button", expanded=False).first.click()
    expect(sheet.locator(".raw .figure").first).to_have_text(re.compile(r"\d"))
    visit.shot("6-readings")

    sheet.locator(".crumbs a").first.click()
    expect(sheet.locator(".expression")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_the_citys_figure_reaches_its_readings_by_keyboard_in_three_levels(visit):
    page = visit.page
    page.goto(visit.url + "#/")
    figure = page.get_by_role("button", name=re.compile("^人均综合能耗.*查看来源")).first
    figure.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    expect(sheet.locator(".expression")).to_contain_text(re.compile("÷.*人 = .*kgce/人"))
    expect(sheet.get_by_text("两边都不计入")).to_be_visible()
    expect(sheet.get_by_role("table", name="单位").get_by_role("row")).to_have_count(1 + 12)
    visit.shot("10-city-lineage")
    page.keyboard.press("Escape")
    expect(figure).to_be_focused()

    page.keyboard.press("Enter")
    sheet.get_by_role("table", name="单位").get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("heading", name=re.compile("荆.+ 人均综合能耗"))).to_be_visible()
    meters = sheet.get_by_role("table", name="用电量").get_by_role("link")
    name = meters.first.inner_text()
    meters.first.focus()
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("heading", name=name)).to_be_focused()
    expect(sheet.get_by_text(re.compile("当天读数 [1-9]"))).to_be_visible()


def test_the_hour_that_is_not_over_is_marked_and_later_ones_are_not_there(visit):
    page = visit.page
    page.goto(visit.url + "#/")
    expect(page.locator(".city-load .chart-legend")).to_contain_text("未结束")
    page.goto(visit.url + "#/institutions/1")
    page.locator(".meters tbody .link").first.click()
    hours = page.get_by_role("dialog").locator("table.hours tbody tr")
    expect(hours.last).to_contain_text("未结束")
    expect(hours).to_have_count(int(hours.last.locator("td").first.inner_text()[:2]) + 1)


def test_an_administrator_is_told_who_he_is_and_that_he_sees_no_energy_data(visit):
    session = {
        "username": "auditor",
        "display_name": "王审",
        "roles": [{"key": "audit_admin", "zh": "审计管理员", "en": "audit administrator"}],
    }
    session |= {"setup": False, "region": None, "demo": False}
    page = visit.page.context.new_page()
    page.route("**/api/v1/session", lambda route: route.fulfill(json=session))
    asked = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(visit.url + "#/account")
    expect(page.get_by_role("heading", name="王审")).to_be_visible()
    expect(page.get_by_text("管理员不查看业务数据")).to_be_visible()
    expect(page.get_by_role("button", name="退出登录")).to_be_enabled()
    own = ("/session", "/sessions")  # who he is, and where he is signed in
    assert [url for url in asked if "/api/" in url and not url.endswith(own)] == []
    page.close()


def test_the_gateways_are_there_and_a_code_is_shown_once_with_the_command_to_type(visit):
    page = visit.page
    page.goto(visit.url + "#/")
    page.get_by_role("link", name="网关", exact=True).click()
    rows = page.get_by_role("table", name="网关").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="gw-01")).to_contain_text("在线")
    page.get_by_role("button", name="gw-01 生成注册码").click()
    command = page.locator(".code-card code")
    expect(command).to_have_text(
        re.compile(r"civicwatt edge enroll --url http://127\.0\.0\.1:\d+ --code \w{4}(-\w{4}){3}")
    )
    visit.shot("12-gateways")
    assert page.evaluate(TOO_WIDE) == []
    page.reload()
    rows.first.wait_for()
    expect(command).to_have_count(0)


def test_a_replaced_meter_can_be_entered_where_its_months_are(visit):
    page = visit.page
    page.goto(visit.url + "#/institutions/1?figure=electricity")
    page.get_by_role("dialog").locator("tbody a").first.click()
    page.get_by_text("登记换表").click()
    enter = page.get_by_role("button", name="登记", exact=True)
    expect(enter).to_be_disabled()
    page.get_by_label("旧表止码").fill("8812.4")
    page.get_by_label("新表起码").fill("0.3")
    expect(enter).to_be_enabled()
    page.get_by_label("换表时刻").fill("昨天")
    expect(enter).to_be_disabled()
    page.get_by_label("换表时刻").fill("2026-11-16 10:05")
    expect(enter).to_be_enabled()


def test_keys_reach_the_filter_and_the_table_behind_each_chart(visit):
    page = visit.page
    page.goto(visit.url + "#/")
    page.get_by_role("table", name="单位").wait_for()
    page.keyboard.press("/")
    expect(page.get_by_label("筛选单位")).to_be_focused()
    page.keyboard.type("没有这样的单位")
    expect(page.get_by_text("没有与“没有这样的单位”相符的单位")).to_be_visible()
    page.get_by_label("筛选单位").fill("")
    page.get_by_label("筛选单位").blur()
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="复制到表格软件")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator(".chart-canvas canvas")).to_be_visible()


PAGES = ["#/", "#/institutions/1", "#/institutions/1?figure=energy_per_capita", "#/gateways"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_speak_chinese_and_name_everything_that_can_be_pressed(visit, path):
    page = visit.page
    page.goto(visit.url + path)
    page.locator("table").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(ENGLISH) == []


@pytest.mark.parametrize("mode", ["浅色", "深色"])
def test_text_keeps_its_contrast_in_light_and_dark(visit, mode):
    page = visit.page
    page.goto(visit.url + "#/")
    switch = page.get_by_role("button", name=mode, exact=True)
    if switch.count():
        switch.click()
    tokens = page.evaluate(TOKENS)
    visit.shot("7-light" if mode == "浅色" else "8-dark")
    too_weak = [
        (ink, paper)
        for ink in ("text", "secondary", "primary")
        for paper in ("ground", "card")
        if _contrast(tokens[ink], tokens[paper]) < RATIO_OF_TEXT
    ]
    assert too_weak == []


def test_phone_shows_the_same_without_scrolling_sideways(visit):
    page = visit.page
    page.set_viewport_size({"width": 360, "height": 800})
    for path in ("#/gateways", "#/", "#/institutions/1", "#/institutions/1?figure=electricity"):
        page.goto(visit.url + path)
        page.locator("table").first.wait_for()
        visit.shot(f"9-phone-{path.count('/')}{path.count('?')}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1440, "height": 900})


def test_english_is_complete(visit):
    page = visit.page
    page.goto(visit.url + "#/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name=re.compile("12 institutions"))).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    headings = page.locator("h2, thead th, .kind").all_inner_texts()
    assert [text for text in headings if re.search("[\u4e00-\u9fff]", text)] == []
    assert page.evaluate(TOO_WIDE) == []
    for path in ("#/?figure=energy_per_area", "#/institutions/1?figure=energy_per_capita"):
        page.goto(visit.url + path)
        page.get_by_role("dialog").locator(".expression").wait_for()
        visit.shot(f"11-english-{path.count('/')}")
        texts = page.locator(".formula div, .sheet h3, .sheet th, .facts dt, .facts dd").all_inner_texts()
        assert len(texts) > 10
        assert [text for text in texts if re.search("[\u4e00-\u9fff]", text)] == []
    page.goto(visit.url + "#/")
    page.get_by_role("button", name="中文").click()


def test_nothing_was_asked_of_another_host_and_the_console_stayed_silent(visit):
    assert visit.foreign == []
    assert visit.complaints == []


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of two #RRGGBB colours (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
