"""What flows and what for: carriers and end uses as the statistics name them. Pure."""

from enum import StrEnum


class Carrier(StrEnum):
    """What flows or burns. Source: fields of 公共机构能源资源消费统计, see reference/SOURCES.md."""

    ELECTRICITY = "electricity"
    WATER = "water"
    COAL = "coal"
    NATURAL_GAS = "natural_gas"
    MANUFACTURED_GAS = "manufactured_gas"
    LPG = "lpg"
    GASOLINE = "gasoline"
    DIESEL = "diesel"
    HEAT = "heat"
    OTHER_ENERGY = "other_energy"

    @property
    def zh(self) -> str:
        """Title in Chinese, as in the statistics."""
        return _CARRIERS[self][0]

    @property
    def en(self) -> str:
        """Title in English."""
        return _CARRIERS[self][1]

    @property
    def unit(self) -> str:
        """What the ledger counts it in."""
        return _CARRIERS[self][2]


_CARRIERS = {
    Carrier.ELECTRICITY: ("电", "Electricity", "kWh"),
    Carrier.WATER: ("水", "Water", "m³"),
    Carrier.COAL: ("煤炭", "Coal", "t"),
    Carrier.NATURAL_GAS: ("天然气", "Natural gas", "m³"),
    Carrier.MANUFACTURED_GAS: ("人工煤气", "Manufactured gas", "m³"),
    Carrier.LPG: ("液化石油气", "Liquefied petroleum gas", "kg"),
    Carrier.GASOLINE: ("汽油", "Gasoline", "L"),
    Carrier.DIESEL: ("柴油", "Diesel", "L"),
    Carrier.HEAT: ("热力", "District heat", "GJ"),
    Carrier.OTHER_ENERGY: ("其他能源", "Other energy", "tce"),
}


class EndUse(StrEnum):
    """What consumption is for; the first four are the electricity items of 分项计量."""

    LIGHTING = "lighting"
    HVAC = "hvac"
    POWER = "power"
    SPECIAL = "special"
    OTHER = "other"  # electricity of none of the items, or not split into them
    PV = "pv"  # generated, not consumed
    TOTAL = "total"  # a whole whose parts are counted
    WATER = "water"
    WATER_TOTAL = "water_total"
    COAL = "coal"
    NATURAL_GAS = "natural_gas"
    MANUFACTURED_GAS = "manufactured_gas"
    LPG = "lpg"
    GASOLINE_VEHICLE = "gasoline_vehicle"
    GASOLINE_OTHER = "gasoline_other"
    DIESEL_VEHICLE = "diesel_vehicle"
    DIESEL_OTHER = "diesel_other"
    HEAT = "heat"
    OTHER_ENERGY = "other_energy"

    @property
    def zh(self) -> str:
        """Title in Chinese."""
        return _END_USES[self][0]

    @property
    def en(self) -> str:
        """Title in English."""
        return _END_USES[self][1]

    @property
    def carrier(self) -> Carrier:
        """What flows."""
        return _END_USES[self][2]

    @property
    def is_counted(self) -> bool:
        """Whether sums of its carrier contain it; not what is generated, nor a whole beside its parts."""
        return self not in {EndUse.PV, EndUse.TOTAL, EndUse.WATER_TOTAL}

    @property
    def counters(self) -> tuple[str, ...]:
        """The measures that can be its consumption counter, the best first; none: it comes by bills."""
        if self is EndUse.PV:
            return ("generated_active_energy",)
        return {
            Carrier.ELECTRICITY: ("import_active_energy", "total_active_energy"),
            Carrier.WATER: ("water_volume",),
            Carrier.NATURAL_GAS: ("gas_volume",),
            Carrier.MANUFACTURED_GAS: ("gas_volume",),
            Carrier.HEAT: ("heat_energy",),
        }.get(self.carrier, ())


_END_USES = {
    EndUse.LIGHTING: ("照明插座", "Lighting and sockets", Carrier.ELECTRICITY),
    EndUse.HVAC: ("空调", "Air conditioning", Carrier.ELECTRICITY),
    EndUse.POWER: ("动力", "Power", Carrier.ELECTRICITY),
    EndUse.SPECIAL: ("特殊", "Special", Carrier.ELECTRICITY),
    EndUse.OTHER: ("其他", "Other", Carrier.ELECTRICITY),
    EndUse.PV: ("光伏", "Photovoltaics", Carrier.ELECTRICITY),
    EndUse.TOTAL: ("总表", "Whole", Carrier.ELECTRICITY),
    EndUse.WATER: ("用水", "Water", Carrier.WATER),
    EndUse.WATER_TOTAL: ("用水总表", "Whole of water", Carrier.WATER),
    EndUse.COAL: ("煤炭", "Coal", Carrier.COAL),
    EndUse.NATURAL_GAS: ("天然气", "Natural gas", Carrier.NATURAL_GAS),
    EndUse.MANUFACTURED_GAS: ("人工煤气", "Manufactured gas", Carrier.MANUFACTURED_GAS),
    EndUse.LPG: ("液化石油气", "Liquefied petroleum gas", Carrier.LPG),
    EndUse.GASOLINE_VEHICLE: ("汽油（车辆用油）", "Gasoline of vehicles", Carrier.GASOLINE),
    EndUse.GASOLINE_OTHER: ("汽油（其他用油）", "Gasoline, other", Carrier.GASOLINE),
    EndUse.DIESEL_VEHICLE: ("柴油（车辆用油）", "Diesel of vehicles", Carrier.DIESEL),
    EndUse.DIESEL_OTHER: ("柴油（其他用油）", "Diesel, other", Carrier.DIESEL),
    EndUse.HEAT: ("热力", "District heat", Carrier.HEAT),
    EndUse.OTHER_ENERGY: ("其他能源", "Other energy", Carrier.OTHER_ENERGY),
}


def counted(carrier: Carrier) -> tuple[EndUse, ...]:
    """The end uses whose sum is the consumption of a carrier."""
    return tuple(use for use in EndUse if use.carrier is carrier and use.is_counted)
