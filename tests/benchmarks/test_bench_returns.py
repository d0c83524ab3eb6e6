"""F32, small: clerks file at once, a tenth of them twice, some over a connection that was cut."""

from civicwatt.bench import returns


def test_f32_s21_what_is_filed_at_the_deadline_is_there_once() -> None:
    figures = returns.run(60)
    assert {key: figures["F32"][key] for key in ("lost", "duplicated", "failed")} == {
        "lost": 0,
        "duplicated": 0,
        "failed": 0,
    }
    assert figures["B8"]["rows"] == 60
    assert figures["B8"]["statuses"] == {"200": 63}
