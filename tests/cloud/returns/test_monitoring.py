"""The monitoring system of 2008: codes, the daily package, the collector's link over a real socket."""

import asyncio
import io
import zipfile
from datetime import date
from xml.etree import ElementTree as Xml

import numpy as np
import pytest
from cloud.returns.conftest import COUNTY, ZONE, Office, us

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.returns.account_models import MonitoredBuilding
from civicwatt_cloud.modules.returns.choices import BuildingClass
from civicwatt_cloud.modules.returns.monitoring import cipher, link, package, packets
from civicwatt_cloud.modules.returns.monitoring.cipher import CipherSettings
from civicwatt_cloud.modules.returns.monitoring.codes import BuildingCode, parse
from civicwatt_cloud.modules.returns.monitoring.errors import BadPacket, NotPassed
from civicwatt_cloud.modules.returns.monitoring.link import Line, LinkSettings
from civicwatt_cloud.modules.returns.monitoring.packets import Packet
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.ledger.books.partitions import make_months
from civicwatt_cloud.timeseries.ledger.models import LedgerHour
from civicwatt_cloud.timeseries.points import Point

KEY = b"0123456789abcdef"
NINGBO = CipherSettings()
OTHERS = [
    CipherSettings(mode=mode, padding=padding, charset=charset, iv="0f" * 16)  # type: ignore[arg-type]
    for mode in ("cbc", "ecb")
    for padding in ("zero", "pkcs7")
    for charset in ("utf-8", "utf-16-le", "gb18030")
]
LINK = LinkSettings(building="429900A001", gateway="01", auth_key="secret-of-both", aes_key=KEY.decode())


def test_a_code_has_fifteen_characters_and_is_read_back() -> None:
    building = BuildingCode("429900", BuildingClass.A, 8)
    assert (str(building), building.energy(EndUse.LIGHTING)) == ("429900A008", "429900A00801A00")
    assert {len(building.energy(use)) for use in EndUse} == {15}
    assert parse("429900A00801A00") == (building, "01A00")
    with pytest.raises(ValueError, match="429900"):
        parse("429900A008")


def test_the_package_of_a_day_is_named_as_told_and_has_the_same_bytes_again(
    office: Office,
) -> None:
    session = office.session
    session.add(MonitoredBuilding(owner_id=COUNTY, rev=1, building_id=COUNTY, building_class="A", number=1))
    said = {"device": "L1", "measure": "import_active_energy", "is_counter": True, "is_consumption": True}
    point = Point(building_id=COUNTY, end_use="lighting", carrier="electricity", bound_from_us=0, **said)
    session.add(point)
    session.flush()
    first = us("2026-11-20 00:00") // HOUR_US
    make_months(session.connection(), np.arange(first - 1, first + 25))
    for hour in range(-1, 25):
        row = {"day": 20261120, "micro": 1_500_000 + hour, "covered_s": 3600, "quality": 0}
        session.add(LedgerHour(point_id=point.id, hour=first + hour, **row))
    session.flush()
    day = date(2026, 11, 20)
    known = package.buildings(session, Scope(("4299",)), day)
    used = package.hours(session, known, day, ZONE)
    data = package.package("429900", day, known, used, ZONE)
    assert data == package.package("429900", day, known, used, ZONE)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        build, energy = file.namelist()
        assert (build, energy) == (
            "42990020261120/42990020261120Build.xml",
            "42990020261120/42990020261120Energy.xml",
        )
        texts = [file.read(one) for one in (build, energy)]
    assert all(one.startswith(b"<?xml version='1.0' encoding='utf-8'?>") for one in texts)
    builds, energies = (Xml.fromstring(one) for one in texts)  # noqa: S314 - our own
    assert [one.text for one in builds.iter("F_TotalArea")] == ["1400.00"]
    rows = energies.findall("energy")
    assert len(rows) == 24
    assert [one.text for one in rows[0]] == [
        "429901A001",
        "01A00",
        "2026-11-20 00:00:00",
        "2026-11-20 01:00:00",
        "1.5",
    ]


@pytest.mark.parametrize("settings", [NINGBO, *OTHERS])
def test_what_is_encrypted_with_any_settings_is_read_with_the_same(settings: CipherSettings) -> None:
    for text in ("", "x" * 16, "<root>能耗</root>"):
        data = cipher.encrypt(settings, KEY, text)
        if data:
            assert cipher.decrypt(settings, KEY, data) == text


def test_ningbo_is_one_setting() -> None:
    assert (NINGBO.mode, NINGBO.padding, NINGBO.charset) == ("cbc", "zero", "utf-16-le")
    assert (
        cipher.encrypt(NINGBO, KEY, "12345678").hex()
        == cipher.encrypt(CipherSettings(padding="pkcs7"), KEY, "12345678").hex()[:32]
    )
    with pytest.raises(ValueError, match="iv"):
        CipherSettings(iv="00")


def test_md5_of_the_sequence_and_then_the_key() -> None:
    assert packets.answer("abc", "") == "900150983cd24fb0d6963f7d28e17f72"  # RFC 1321
    assert packets.answer("a", "bc", "upper") == "900150983CD24FB0D6963F7D28E17F72"


@pytest.mark.parametrize(
    "text", ["", "<root/>", "no xml", '<!DOCTYPE r [<!ENTITY a "b">]><root/>', "<root><common/></root>"]
)
def test_what_is_no_packet_is_refused(text: str) -> None:
    with pytest.raises(BadPacket):
        packets.read(text)


class Centre:
    """A data centre on a real socket; what it took, and what it refused."""

    def __init__(self) -> None:
        self.took: list[Packet] = []
        self.refused: list[Exception] = []

    async def _take(self, packet: Packet) -> None:
        self.took.append(packet)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await link.serve(Line(reader, writer), {(LINK.building, LINK.gateway): LINK}, self._take)
        except (NotPassed, BadPacket) as error:
            self.refused.append(error)
        finally:
            writer.close()

    async def ask(self, settings: LinkSettings) -> None:
        """A collector signs in and reports twice."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            host, port = server.sockets[0].getsockname()
            reader, writer = await asyncio.open_connection(host, port)
            line = Line(reader, writer)
            try:
                await link.sign_in(line, settings)
                for sequence in ("1", "2"):
                    body = {"sequence": sequence, "time": "20261120101500", "data": "照明 <12.5>"}
                    await link.report(line, settings, body)
            finally:
                writer.close()
                await writer.wait_closed()


async def test_a_collector_is_let_in_and_its_data_are_taken() -> None:
    centre = Centre()
    await centre.ask(LINK)
    assert [one.body["sequence"] for one in centre.took] == ["1", "2"]
    assert centre.took[0].body["data"] == "照明 <12.5>"
    assert centre.refused == []


@pytest.mark.parametrize("wrong", [{"auth_key": "another"}, {"gateway": "02"}])
async def test_a_collector_without_the_key_is_not_let_in(wrong: dict[str, str]) -> None:
    centre = Centre()
    said = {
        "building": LINK.building,
        "gateway": LINK.gateway,
        "auth_key": LINK.auth_key,
        "aes_key": LINK.aes_key,
    }
    with pytest.raises(NotPassed):
        await centre.ask(LinkSettings(**(said | wrong)))  # type: ignore[arg-type]
    assert centre.took == []
