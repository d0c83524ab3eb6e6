"""F02 at a reduced scale: five hours of 32 meters instead of a week."""

import pytest

from civicwatt.demo import broker
from civicwatt.drill.offline import Load, offline


async def test_f02_what_was_read_offline_comes_in_whole_while_live_values_go_on(tmp_path):
    if broker.mosquitto() is None:
        pytest.skip("mosquitto is not installed: amqtt is not what this is measured with")
    figures = await offline(tmp_path, Load(minutes=300, live_s=0.1))
    assert (figures.lost, figures.duplicated, figures.wrong) == (0, 0, 0)
    assert all(figures.goals.values()), figures
    assert figures.disk_mb < 20
