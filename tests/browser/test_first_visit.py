import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

FIRST_POLL_MS = 60_000  # a new demo reads its meters every 15 s
RATIO_OF_TEXT = 4.5  # WCAG 2.2, 1.4.3 Contrast (Minimum)

NAMELESS = """() => [...document.querySelectorAll("button, a, input, select, textarea, [role=button]")]
  .filter(e => e.checkVisibility({ visibilityProperty: true }) && !e.closest("[aria-hidden=true]"))
  .filter(e => !(e.innerText || "").trim() && !e.getAttribute("aria-label") && !e.labels?.length)
  .map(e => e.outerHTML.slice(0, 200))"""

TOKENS = """() => Object.fromEntries(["ground", "card", "text", "secondary", "primary"].map(
  name => [name, getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim()]))"""

# Words of English in the Chinese pages, but for units, device names and the language switch itself.
ENGLISH = """() => [...document.querySelectorAll("h1, h2, h3, th, label, legend, .caption, .ant-btn, .empty")]
  .filter(e => !e.closest("[lang=en]")).map(e => e.innerText.trim())
  .filter(text => /[A-Za-z]{4,}/.test(text.replace(/kWh|kgce/g, "")))"""


def test_city_overview_fits_one_screen_and_shows_every_institution(visit):
    page = visit.page
    page.goto(visit.server.url + "#/")
    expect(page.get_by_role("heading", name=re.compile("单位 12 家"))).to_be_visible()
    expect(page.locator(".chart-canvas canvas")).to_be_visible()
    expect(page.locator(".city-load .big.figure")).to_have_text(re.compile(r"\d"), timeout=FIRST_POLL_MS)
    visit.shot("2-city")
    height, viewport = page.evaluate("[document.documentElement.scrollHeight, innerHeight]")
    assert height <= viewport


def test_a_figure_opens_down_to_the_readings_it_is_made_of(visit):
    page = visit.page
    page.goto(visit.server.url + "#/")
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


def test_keys_reach_the_filter_and_the_table_behind_each_chart(visit):
    page = visit.page
    page.goto(visit.server.url + "#/")
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


@pytest.mark.parametrize("path", ["#/", "#/institutions/1", "#/institutions/1?figure=energy_per_capita"])
def test_pages_speak_chinese_and_name_everything_that_can_be_pressed(visit, path):
    page = visit.page
    page.goto(visit.server.url + path)
    page.locator("table").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(ENGLISH) == []


@pytest.mark.parametrize("mode", ["浅色", "深色"])
def test_text_keeps_its_contrast_in_light_and_dark(visit, mode):
    page = visit.page
    page.goto(visit.server.url + "#/")
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
    for path in ("#/", "#/institutions/1", "#/institutions/1?figure=electricity"):
        page.goto(visit.server.url + path)
        page.locator("table").first.wait_for()
        visit.shot(f"9-phone-{path.count('/')}{path.count('?')}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1440, "height": 900})


def test_english_is_complete(visit):
    page = visit.page
    page.goto(visit.server.url + "#/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name=re.compile("12 institutions"))).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    headings = page.locator("h2, thead th").all_inner_texts()
    assert [text for text in headings if re.search("[\u4e00-\u9fff]", text)] == []
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
