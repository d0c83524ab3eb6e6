"""Carriers and end uses: what the statistics add up."""

from civicwatt_cloud.timeseries.carriers import Carrier, EndUse, counted


def test_every_end_use_has_both_titles_its_carrier_and_its_carriers_unit() -> None:
    assert all(use.zh and use.en and use.carrier.unit and use.carrier.zh and use.carrier.en for use in EndUse)
    assert len({use.zh for use in EndUse}) == len(EndUse)
    assert max(len(name) for name in (*EndUse, *Carrier)) <= 16  # the columns' length


def test_a_carriers_sum_holds_each_part_once_and_no_whole_beside_them() -> None:
    assert counted(Carrier.ELECTRICITY) == (
        EndUse.LIGHTING,
        EndUse.HVAC,
        EndUse.POWER,
        EndUse.SPECIAL,
        EndUse.OTHER,
    )
    assert counted(Carrier.WATER) == (EndUse.WATER,)
    assert counted(Carrier.DIESEL) == (EndUse.DIESEL_VEHICLE, EndUse.DIESEL_OTHER)
    assert all(counted(carrier) for carrier in Carrier)
