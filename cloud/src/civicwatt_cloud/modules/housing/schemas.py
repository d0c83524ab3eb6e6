"""What the module's own routes answer; areas [m²], amounts [元] and rates [%] are decimal strings."""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.kit.people import PersonState, Rank
from civicwatt_cloud.modules.housing import indicators
from civicwatt_cloud.modules.housing.case_models import LeaseIn
from civicwatt_cloud.modules.housing.repository import Place
from civicwatt_cloud.modules.housing.rules import shown

MOST = 1_000_000  # of whatever is counted


class CountedFrom(BaseModel):
    """What a figure was computed from: rows counted, rows that lack what it needs, rule rows."""

    counted: int
    missing: int
    rules: list[str]

    @classmethod
    def of(cls, found: indicators.Basis) -> Self:
        """For the wire."""
        return cls(counted=found.counted, missing=found.missing, rules=list(found.rules))


class OverOut(BaseModel):
    """A person above the standard."""

    person_id: int
    name: str
    rank: str
    state: str
    institution_id: int
    institution: str
    rooms: list[str]
    area: str
    limit: str
    over: str
    percent: str | None  # None: without a claim there is nothing to compare with
    rule: str

    @classmethod
    def of(cls, one: indicators.Over) -> Self:
        """For the wire."""
        found = one.found
        return cls(
            person_id=one.person.id,
            name=one.person.name,
            rank=Rank(one.person.rank).zh,
            state=PersonState(one.person.state).zh,
            institution_id=one.organ.id,
            institution=one.organ.name,
            rooms=[room.number for room in one.rooms],
            area=shown(found.area),
            limit=shown(found.limit),
            over=shown(found.over),
            percent=shown(found.percent * 100) if found.limit else None,
            rule=found.rule,
        )


class UnitOver(BaseModel):
    """An institution's sum of what its people are over."""

    institution_id: int
    over: str


class OverStandardOut(BaseModel):
    """The over-standard list."""

    as_of: str
    people: list[OverOut]
    units: list[UnitOver]
    basis: CountedFrom


class IdleRoom(BaseModel):
    """A room and where it is."""

    id: int
    owner_id: int
    number: str
    kind: str
    state: str
    use_area: str
    place: str

    @classmethod
    def of(cls, one: Place) -> Self:
        """For the wire."""
        room = one.room
        return cls(
            id=room.id,
            owner_id=room.owner_id,
            number=room.number,
            kind=room.kind,
            state=room.state,
            use_area=shown(room.use_area),
            place=one.label,
        )


class VacancyOut(BaseModel):
    """The idle stock, its part of all, and the use area per head."""

    rooms: int
    area: str
    idle: list[IdleRoom]
    idle_area: str
    rate: str | None
    per_head: str | None
    heads: int
    basis: CountedFrom


class TitleRateOut(BaseModel):
    """Floor area with a registered title."""

    as_of: str
    registered: str
    total: str
    rate: str | None
    basis: CountedFrom


class UnitAsked(BaseModel):
    """Whose rooms are checked, for which day, in what kind of building, and whom the attached rooms serve."""

    model_config = ConfigDict(extra="forbid")

    institution_id: int = Field(ge=1, le=2**31 - 1)
    as_of: date | None = Field(None, ge=date(1950, 1, 1), le=date(2099, 12, 31))
    is_high_rise: bool = False
    diners: int = Field(0, ge=0, le=MOST)
    cars: int = Field(0, ge=0, le=MOST)
    bicycles: int = Field(0, ge=0, le=MOST)
    e_bikes: int = Field(0, ge=0, le=MOST)
    guards: int = Field(0, ge=0, le=MOST)


class KindCheck(BaseModel):
    """A kind of basic room: what there is, what is approved, and what is above."""

    kind: str
    used: str
    approved: str
    over: str


class UnitCheckOut(BaseModel):
    """An institution beside the standard."""

    institution_id: int
    institution: str
    as_of: str
    staff: int
    kinds: list[KindCheck]
    base: str
    gross: str
    attached: str
    total: str
    basis: CountedFrom


class RentOut(BaseModel):
    """An institution's internal rent."""

    institution_id: int
    institution: str
    area: str
    rent: str
    rule: str


class RiskOut(BaseModel):
    """A lease that was approved although an idle room fitted."""

    id: int
    owner_id: int
    institution: str
    address: str
    area: str
    approval: str | None
    reason: str | None
    on_day: str

    @classmethod
    def of(cls, one: LeaseIn, institution: str) -> Self:
        """For the wire."""
        return cls(
            id=one.id,
            owner_id=one.owner_id,
            institution=institution,
            address=one.address,
            area=shown(one.area),
            approval=one.approval,
            reason=one.override_reason,
            on_day=str(one.overridden_on),
        )


class PlanRoom(BaseModel):
    """A room on a floor plan: corners are shares of the picture's width and height; empty: not drawn yet."""

    id: int
    number: str
    kind: str
    state: str
    use_area: str
    gross_share: str | None
    owner_id: int
    owner: str
    corners: list[tuple[float, float]]
    people: list[str]
    is_over: bool
    over: list[OverOut]


class Drawing(BaseModel):
    """A plan that no browser draws (PDF, DXF): it is kept beside the picture."""

    name: str
    sha256: str


class PlanOut(BaseModel):
    """A floor's picture and its rooms."""

    floor_id: int
    name: str
    building: str
    yard_id: int
    yard: str
    scale: str | None
    picture: str | None  # sha256 of its newest plan
    attachment_id: int | None
    drawings: list[Drawing]
    can_draw: bool
    as_of: str
    rooms: list[PlanRoom]


class BookFloor(BaseModel):
    """A floor in the book: what is on it, and whether there is a picture."""

    id: int
    name: str
    number: int
    rooms: int
    idle: int
    use_area: str
    has_picture: bool


class BookBuilding(BaseModel):
    """A building in the book."""

    id: int
    code: str
    name: str
    structure: str | None
    built_year: int | None
    storeys: int | None
    floors: list[BookFloor]


class BookOut(BaseModel):
    """A yard, its buildings and their floors."""

    id: int
    name: str
    address: str
    owner: str
    buildings: list[BookBuilding]


class TasksOpened(BaseModel):
    """The vacate tasks of all who are over the standard."""

    ids: list[int]
