"""English of what the register and the rule rows say in Chinese only."""

from typing import NamedTuple

from civicwatt_cloud.kit.directory import InstitutionKind, Level

KINDS = {
    InstitutionKind.GOVERNMENT: "Government",
    InstitutionKind.EDUCATION: "Education",
    InstitutionKind.MEDICAL: "Health care",
    InstitutionKind.VENUE: "Venue",
    InstitutionKind.OTHER: "Other",
}
LEVELS = {
    Level.NATION: "national",
    Level.PROVINCE: "provincial",
    Level.CITY: "city level",
    Level.COUNTY: "county level",
    Level.TOWNSHIP: "township level",
}


class RuleWords(NamedTuple):
    """A rule row's words."""

    source: str
    clause: str
    note: str


RULES = {
    "coal.electricity": RuleWords(
        "GB/T 2589-2020 General rules for calculation of the comprehensive energy consumption",
        "Annex\u00a0A",
        "from public secondary sources (worked examples for public institutions and the like); the text of "
        "the standard itself was not seen; a published value, not derived from 3600/29307.6",
    ),
}
