import msgspec
import pytest

from civicwatt_protocols.errors import BadToml, BadValue, UnknownKey
from civicwatt_sim import truth
from civicwatt_sim.errors import BadLedger
from civicwatt_sim.faults import FaultKind, read_faults
from civicwatt_sim.truth import Answer, TruthLedger


def _write(path, *answers):
    with TruthLedger(path) as ledger:
        for answer in answers:
            ledger.write(answer)


FIRST = Answer(10, 1, "M-1", {"frequency": 50_000_000, "voltage_l1": 220_000_000})
SECOND = Answer(20, 2, "M-1", {"frequency": 49_990_000})


def test_a_line_is_in_the_file_before_the_ledger_is_closed(tmp_path):
    with TruthLedger(tmp_path / "t") as ledger:
        ledger.write(FIRST)
        assert msgspec.json.decode((tmp_path / "t").read_bytes(), type=Answer) == FIRST


def test_columns_come_back_by_device_and_measure(tmp_path):
    _write(tmp_path / "t", FIRST, SECOND)
    columns = truth.read(tmp_path / "t")
    assert columns["M-1", "frequency"].served_us == [10, 20]
    assert columns["M-1", "frequency"].micro == [50_000_000, 49_990_000]
    assert columns["M-1", "voltage_l1"].micro == [220_000_000]


def test_a_line_torn_by_a_kill_is_left_out_and_never_glued_to_the_next(tmp_path):
    path = tmp_path / "t"
    _write(path, FIRST, SECOND)
    path.write_bytes(path.read_bytes()[:-5])
    assert truth.read(path)["M-1", "frequency"].served_us == [10]
    _write(path, Answer(30, 3, "M-1", {"frequency": 1}))
    assert truth.read(path)["M-1", "frequency"].served_us == [10, 30]


def test_a_spoilt_line_inside_is_an_error(tmp_path):
    _write(tmp_path / "t", FIRST)
    (tmp_path / "t").write_bytes(b"{oops}\n" + (tmp_path / "t").read_bytes())
    with pytest.raises(BadLedger, match=r"t:1: .*CW|CW-S1003 .*t:1"):
        truth.read(tmp_path / "t")


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / "faults.toml").write_text(text)
        return read_faults(tmp_path / "faults.toml", {"M-1", "M-2"})

    return read


def test_a_fault_holds_from_its_start_up_to_its_end(read, us):
    faults = read(
        '[[fault]]\nkind = "refuse"\ndevice = "M-1"\ncode = 2\n'
        "from = 2026-11-22T08:00:00+08:00\nto = 2026-11-22T09:00:00+08:00\n"
    )
    start, end = us(2026, 11, 22, 8), us(2026, 11, 22, 9)
    assert faults.at("M-1", start - 1) is None
    assert faults.at("M-1", start).kind is FaultKind.REFUSE
    assert faults.at("M-1", end - 1).code == 2
    assert faults.at("M-1", end) is None
    assert faults.at("M-2", start) is None


@pytest.mark.parametrize(
    ("text", "error", "where"),
    [
        ('[[fault]]\nkind = "silence"\ndevice = "M-1"\nuntil = 3\n', UnknownKey, "faults.toml:4"),
        ('[[fault]]\nkind = "silent"\ndevice = "M-1"\n', BadValue, "faults.toml:2"),
        ('[[fault]]\nkind = "silence"\n\ndevice = "M-9"\n', BadValue, "faults.toml:4"),
        (
            '[[fault]]\nkind = "silence"\ndevice = "M-1"\nfrom = 2026-11-22T08:00:00\n',
            BadValue,
            "faults.toml:4",
        ),
        ("[[fault]\n", BadToml, "faults.toml:1"),
    ],
)
def test_a_wrong_fault_file_is_refused_with_its_line(read, text, error, where):
    with pytest.raises(error, match=where):
        read(text)


def test_an_empty_file_orders_nothing(read):
    assert read("").at("M-1", 0) is None
