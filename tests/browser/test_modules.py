"""The pages of the modules, made from their manifests, on a real server with the organisation's data."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from modules_site import PASSWORD, PEOPLE, Site, running
from openpyxl import load_workbook
from page_checks import ENGLISH, NAMELESS, TOO_WIDE, Visit
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from civicwatt_cloud.kit.identity import Account, real_now_us
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.notices.models import Kind as Notified
from civicwatt_cloud.kit.notices.notify import Matter, notify
from civicwatt_cloud.kit.records.context import Context

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

ZONE = ZoneInfo("Asia/Shanghai")
PATIENCE_MS = 20_000  # of a busy machine
expect.set_options(timeout=PATIENCE_MS)
PAGES = [
    "#/org/people",
    "#/org/people/1",
    "#/org/people/new",
    "#/org/changes",
    "#/org/tree",
    "#/inbox",
    "#/notices",
]
REFUSED = "Failed to load resource"  # how Chromium words a 409 that the page shows in its own words


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("modules")) as found:
        yield found


def signed_in(browser: Browser, site: Site, username: str) -> tuple[BrowserContext, Visit]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context.new_page(), site.url)
    visit.watch(context)
    page = visit.page
    page.goto(site.url)
    page.get_by_role("button", name="用账号和密码登录").click()
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("navigation", name="业务").wait_for()
    return context, visit


@pytest.fixture(scope="module")
def manager(browser: Browser, site: Site) -> Iterator[Visit]:
    context, visit = signed_in(browser, site, "chen")
    yield visit
    context.close()


@pytest.fixture(scope="module")
def colleague(browser: Browser, site: Site) -> Iterator[Visit]:
    context, visit = signed_in(browser, site, "liu")
    yield visit
    context.close()


def opened(visit: Visit, path: str) -> Page:
    """The page of that address, without what an earlier one had open."""
    visit.page.goto("about:blank")
    visit.page.goto(visit.url + path)
    return visit.page


def choose(page: Page, label: str, words: str, name: str) -> None:
    """One record of another kind, found by typing part of its name."""
    field = page.get_by_role("dialog").get_by_role("combobox", name=label)
    field.click()
    field.fill(words)
    page.locator(".ant-select-item-option").get_by_text(name).filter(visible=True).click()


def tab_to(field: Locator) -> None:
    """On with the tab key; beside a chosen record lies the button that clears it."""
    for _ in range(2):
        field.page.keyboard.press("Tab")
        if field.evaluate("e => e === document.activeElement"):
            return
    expect(field).to_be_focused()


def test_an_account_without_energy_lands_on_what_waits_for_it(manager: Visit) -> None:
    page = opened(manager, "")
    expect(page.get_by_role("heading", name="待办", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^待办"))).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("link", name="能耗", exact=True)).to_have_count(0)
    page.get_by_role("link", name="机构人员", exact=True).click()
    expect(page.get_by_text("这里将列出机构信息")).to_be_visible()


def test_a_list_is_searched_filtered_ordered_and_turned_by_the_server(manager: Visit) -> None:
    page = opened(manager, "#/org/people")
    rows = page.get_by_role("table", name="人员").locator("tbody tr")
    expect(page.get_by_text(f"共 {PEOPLE} 条")).to_be_visible()
    expect(rows).to_have_count(50)
    manager.shot("modules-1-people")
    page.get_by_role("button", name="人员编号", exact=True).click()
    expect(rows.first).to_contain_text("JX0000")
    page.get_by_role("button", name="下一页").click()
    expect(rows.first).to_contain_text("JX0050")
    page.get_by_label("职级", exact=True).select_option(label="科级以下")
    expect(page.get_by_text(f"共 {PEOPLE // 5} 条")).to_be_visible()
    page.get_by_label("查找", exact=True).fill("JX0004")
    expect(rows).to_have_count(1)
    page.get_by_label("查找", exact=True).fill("没有这个人")
    expect(page.get_by_text("没有符合条件的人员")).to_be_visible()
    page.get_by_role("button", name="查看全部").click()
    expect(rows).to_have_count(50)


def test_columns_and_a_saved_view_stay_in_this_browser(manager: Visit) -> None:
    page = opened(manager, "#/org/people?rank=below")
    page.get_by_role("button", name="列", exact=False).last.click()
    page.get_by_label("电话").uncheck()
    expect(page.get_by_role("columnheader", name="电话")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="视图").click()
    page.get_by_label("视图名称").fill("科级以下")
    page.get_by_role("button", name="保存当前视图").click()
    page = opened(manager, "#/org/people")
    expect(page.get_by_text(f"共 {PEOPLE} 条")).to_be_visible()
    page.get_by_role("button", name="视图").click()
    page.get_by_role("button", name="科级以下", exact=True).click()
    expect(page.get_by_text(f"共 {PEOPLE // 5} 条")).to_be_visible()
    expect(page.get_by_role("columnheader", name="电话")).to_have_count(0)


def test_a_person_is_entered_with_the_keyboard_alone(manager: Visit) -> None:
    page = opened(manager, "#/org/people")
    page.get_by_role("table", name="人员").wait_for()
    page.get_by_role("link", name="新增").focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="新增").focus()
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("combobox", name="所属单位")).to_be_focused()  # the first that is missing
    expect(sheet.get_by_text("必填")).to_have_count(4)
    page.keyboard.type("教育局")
    page.locator(".ant-select-item-option").get_by_text("荆襄市教育局").wait_for()
    page.keyboard.press("Enter")
    for label, typed in (("人员编号", "JX9001"), ("姓名", "钱学文"), ("电话", "0716-8100000")):
        tab_to(sheet.get_by_label(label))
        page.keyboard.type(typed)
    tab_to(sheet.get_by_label("职级"))
    page.keyboard.press("End")  # the last rank of the list
    tab_to(sheet.get_by_label("职务"))
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("button", name="修改")).to_be_visible()
    expect(sheet.get_by_text("科级以下")).to_be_visible()
    sheet.get_by_role("tab", name="详情").focus()
    page.keyboard.press("ArrowRight")
    expect(sheet.locator(".steps")).to_contain_text("陈编办")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_text(f"共 {PEOPLE + 1} 条")).to_be_visible()


def test_f33_what_was_typed_outlives_the_tab(manager: Visit) -> None:
    page = opened(manager, "#/org/people/2")
    page.get_by_role("button", name="修改").click()
    page.get_by_label("职务").fill("副主任科员")
    page = opened(manager, "#/org/people/2")  # the tab was killed: nothing ran on its way out
    page.get_by_role("button", name="修改").click()
    expect(page.get_by_label("职务")).to_have_value("")
    manager.shot("modules-2-draft")
    page.get_by_role("button", name="继续填写").click()
    expect(page.get_by_label("职务")).to_have_value("副主任科员")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("dialog").get_by_text("副主任科员")).to_be_visible()
    page.get_by_role("button", name="修改").click()
    expect(page.get_by_role("button", name="继续填写")).to_have_count(0)


def test_f33_a_conflict_is_shown_field_by_field(manager: Visit, colleague: Visit) -> None:
    page, other = opened(manager, "#/org/people/3"), opened(colleague, "#/org/people/3")
    for one in (page, other):
        one.get_by_role("button", name="修改").click()
    other.get_by_label("职务").fill("主任")
    other.get_by_label("姓名").fill("张大伟")
    other.get_by_role("button", name="保存").click()
    other.get_by_role("button", name="修改").wait_for()
    page.get_by_label("职务").fill("科长")
    page.get_by_label("电话").fill("0716-8222222")
    page.get_by_role("button", name="保存").click()
    conflict = page.locator(".conflict")
    expect(conflict.locator("li").filter(has_text="姓名")).to_contain_text("改为“张大伟”已采用")
    expect(conflict.locator("li").filter(has_text="职务")).to_contain_text("您填写“科长”")
    manager.shot("modules-3-conflict")
    page.get_by_role("button", name="采用对方的").click()
    page.get_by_role("button", name="保存").click()
    facts = page.get_by_role("dialog").locator(".facts")
    for said in ("张大伟", "主任", "0716-8222222"):
        expect(facts).to_contain_text(said)


def test_what_the_server_refuses_is_said_at_the_field(manager: Visit) -> None:
    page = opened(manager, "#/org/profiles/new")
    choose(page, "所属单位", "图书", "荆襄市图书馆")
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("机构性质").select_option(label="事业单位")
    sheet.get_by_label("行政编制").fill("-3")
    sheet.get_by_role("button", name="新增").click()
    expect(page.locator(".field").filter(has_text="行政编制").get_by_role("alert")).to_contain_text("-3")
    expect(page.get_by_label("行政编制")).to_be_focused()
    page.get_by_role("button", name="放弃填写").click()


def test_a_change_of_the_organisation_goes_through_two_hands(manager: Visit, colleague: Visit) -> None:
    page = opened(manager, "#/org/changes/new")
    choose(page, "所属单位", "图书", "荆襄市图书馆")
    page.get_by_label("变更类型").select_option(label="并入")
    choose(page, "并入或隶属的单位", "教育", "荆襄市教育局")
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("生效日期").fill("2026-12-31")
    sheet.get_by_label("依据文件").fill("荆编〔2026〕12号")
    sheet.get_by_role("button", name="新增").click()
    sheet.get_by_role("button", name="提交").click()
    expect(sheet.get_by_text("等待市级机构编制管理员办理：批准")).to_be_visible()
    expect(sheet.get_by_text("下一步由他人办理")).to_be_visible()

    other = opened(colleague, "#/inbox")
    expect(other.get_by_role("link", name="待办 1")).to_be_visible()
    colleague.shot("modules-4-inbox")
    other.get_by_role("table", name="待办").get_by_role("link", name="并入").click()
    beside = other.get_by_role("dialog")
    expect(beside.get_by_role("button", name="批准")).to_have_class(re.compile("primary"))
    beside.get_by_role("button", name="批准").click()
    expect(beside.locator(".steps li")).to_have_count(3)
    expect(beside.locator(".steps li").last).to_contain_text("刘科长")
    colleague.shot("modules-5-approved")


def test_an_own_draft_waits_for_whoever_began_it(manager: Visit) -> None:
    page = opened(manager, "#/inbox")
    table = page.get_by_role("table", name="待办")
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table).to_contain_text("已批准")  # what comes next is hers too: to let it take effect


def test_notices_are_counted_read_and_sent_as_one_wishes(site: Site, manager: Visit) -> None:
    with site.database.session() as session:
        account = session.scalar(select(Account.id).where(Account.username == "chen"))
        for number, kind in enumerate(Notified):
            words = {"zh": f"第 {number} 件事", "en": f"matter {number}", "subject": "org/people/7"}
            matter = Matter(f"test/{number}", kind, 1, is_urgent=number == 0, **words)
            notify(Context(session, PLATFORM, ZONE, real_now_us()), matter, [account])
    page = opened(manager, "#/notices")
    count, ours = len(Notified), page.locator(".notices li", has_text="件事").locator(".new")
    expect(ours).to_have_count(count)
    page.get_by_role("link", name=re.compile(r"^通知 \d+$")).wait_for()
    page.get_by_role("link", name="第 0 件事").focus()
    page.keyboard.press("Enter")  # leads to its page, and is read by that
    page.get_by_role("dialog").wait_for()
    page.go_back()
    expect(ours).to_have_count(count - 1)
    page.get_by_label("邮件通知").select_option(label="每日汇总一封")
    page.get_by_role("button", name="保存接收方式").click()
    expect(page.get_by_role("alert")).to_contain_text("邮箱")
    page.get_by_label("邮箱").fill("chen@jgsw.example.cn")
    page.get_by_role("button", name="保存接收方式").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    manager.shot("modules-notices")
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.locator(".notices .new")).to_have_count(0)
    expect(page.get_by_role("link", name="通知", exact=True)).to_be_visible()


def test_a_list_goes_out_as_a_workbook_and_comes_in_judged_by_cell(manager: Visit) -> None:
    page = opened(manager, "#/org/posts")
    page.get_by_role("button", name="导入").click()
    sheet = page.get_by_role("dialog")
    with page.expect_download() as found:
        sheet.get_by_role("link", name="下载模板").click()
    book = load_workbook(BytesIO(Path(found.value.path()).read_bytes()))
    rows = book.worksheets[0]
    titles = [str(cell.value).removesuffix("*") for cell in rows[1]]
    said = {"单位编码": "U2", "岗位编号": "P-1", "岗位名称": "办公室主任", "职级": "正科级"}
    for number, more in enumerate(({}, {"岗位编号": "P-2", "职级": "处座"}), rows.max_row + 1):
        for column, title in enumerate(titles, 1):
            rows.cell(number, column, (said | more).get(title))
    kept = BytesIO()
    book.save(kept)
    file = {"name": "岗位.xlsx", "mimeType": "application/octet-stream", "buffer": kept.getvalue()}
    with page.expect_file_chooser() as asked:
        sheet.get_by_role("button", name="选择表格").click()
    asked.value.set_files(file)
    expect(sheet.get_by_text("将新增 1 条")).to_be_visible()
    problems = sheet.get_by_role("table", name="有误的行")
    expect(problems).to_contain_text("处座")
    expect(problems.locator("tbody td").first).to_have_text(re.compile(r"!?[A-Z]+\d+$"))
    manager.shot("modules-6-import")
    sheet.get_by_role("button", name="导入 1 条").click()
    expect(sheet.get_by_text("已新增 1 条")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("table", name="岗位")).to_contain_text("办公室主任")
    with page.expect_download() as found:
        page.get_by_role("link", name="导出").click()
    exported = load_workbook(BytesIO(Path(found.value.path()).read_bytes())).worksheets[0]
    assert "办公室主任" in [cell.value for row in exported.iter_rows() for cell in row]


def test_many_are_deleted_at_once_after_a_second_word(manager: Visit) -> None:
    page = opened(manager, "#/org/people?q=JX0119")
    page.get_by_label(re.compile("选择第")).check()
    page.get_by_role("button", name="删除所选").click()
    page.get_by_role("button", name="删除这 1 条").click()
    expect(page.get_by_text("没有符合条件的人员")).to_be_visible()


def test_the_tree_opens_and_leads_to_an_institutions_records(manager: Visit) -> None:
    page = opened(manager, "#/org/tree")
    page.get_by_role("button", name="荆襄市机关事务服务中心的下级单位").click()
    expect(page.get_by_role("button", name="车辆管理科")).to_be_visible()
    page.get_by_role("button", name="荆襄市教育局", exact=True).click()
    manager.shot("modules-7-tree")
    page.locator(".chosen").get_by_role("link", name="人员", exact=True).click()
    expect(page.get_by_text(f"共 {PEOPLE // 4 + 1} 条")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_pages_speak_chinese_and_name_everything_that_can_be_pressed(manager: Visit, path: str) -> None:
    page = opened(manager, path)
    page.get_by_role("heading").first.wait_for()
    page.locator(".ant-skeleton").first.wait_for(state="detached")
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(ENGLISH) == []
    assert page.evaluate(TOO_WIDE) == []


def test_a_phone_shows_cards_without_scrolling_sideways(manager: Visit) -> None:
    manager.page.set_viewport_size({"width": 360, "height": 800})
    for path in PAGES:
        page = opened(manager, path)
        page.get_by_role("heading").first.wait_for()
        page.locator(".ant-skeleton").first.wait_for(state="detached")
        manager.shot(f"modules-phone-{path.replace('/', '-')[2:]}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(opened(manager, "#/org/people").locator("tbody tr").first.locator("td:visible")).to_have_count(4)
    manager.page.set_viewport_size({"width": 1440, "height": 900})


def test_english_is_complete(manager: Visit) -> None:
    page = opened(manager, "#/org/changes")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Change of the organisation")).to_be_visible()
    for path in PAGES:
        page = opened(manager, path)
        page.get_by_role("heading").first.wait_for()
        page.locator(".ant-skeleton").first.wait_for(state="detached")
        texts = page.locator("h1, h3, th, label, nav a, button, dt, option").all_inner_texts()
        names = {"荆襄市", "中文", "陈编办"} | {
            row.removesuffix("▾").strip() for row in texts if "荆襄市" in row
        }
        assert [
            text for text in texts if re.search("[\u4e00-\u9fff]", text) and text.strip(" ▾") not in names
        ] == []
    page.get_by_role("button", name="中文").click()


def test_nothing_was_asked_of_another_host_and_the_console_stayed_silent(
    manager: Visit, colleague: Visit
) -> None:
    for visit in (manager, colleague):
        assert visit.foreign == []
        assert [one for one in visit.complaints if REFUSED not in one] == []
