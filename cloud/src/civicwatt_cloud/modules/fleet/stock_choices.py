"""Closed lists of the stock of vehicles: what they are, how they come and go, what they cost."""

from civicwatt_cloud.kit.records.choices import Choice


class Body(Choice):
    """What a vehicle is built as; the price standards tell these apart."""

    CAR = "car", "轿车", "car"
    SMALL_BUS = "small_bus", "其他小型客车", "other small passenger vehicle"
    MEDIUM_BUS = "medium_bus", "中型客车", "medium bus"
    LARGE_BUS = "large_bus", "大型客车", "large bus"


class Energy(Choice):
    """What a vehicle runs on."""

    PETROL = "petrol", "汽油", "petrol"
    DIESEL = "diesel", "柴油", "diesel"
    GAS = "gas", "天然气", "natural gas"
    HYBRID = "hybrid", "油电混合", "hybrid"
    PLUG_IN = "plug_in", "插电式混合动力", "plug-in hybrid"
    ELECTRIC = "electric", "纯电动", "battery electric"
    HYDROGEN = "hydrogen", "燃料电池", "fuel cell"

    @property
    def is_new(self) -> bool:
        """Whether it makes a new-energy vehicle (新能源汽车)."""
        return self in {Energy.PLUG_IN, Energy.ELECTRIC, Energy.HYDROGEN}
