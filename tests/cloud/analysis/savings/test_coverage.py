"""Where nothing was saved, intervals cover zero as often as they say; the formula's do not."""

from civicwatt.bench import savings


def test_intervals_cover_what_was_not_saved() -> None:
    """The long form, with the band of 88 to 92 of 100, is a bench."""
    found = savings.run(savings.SHORT, draws=150)
    every = found["mv"]
    assert every["placebos"] == sum(savings.SHORT.values())
    assert every["coverage_percent"] >= 80
    assert every["guideline14_coverage_percent"] < every["coverage_percent"]
    assert abs(every["bias_percent"]) < 1
    assert savings.simulated(next(iter(savings.SHORT)), 3, 20) == savings.simulated(
        next(iter(savings.SHORT)), 3, 20
    )
