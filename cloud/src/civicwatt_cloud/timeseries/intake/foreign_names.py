"""What metrics of other makers are called among ours: a table of the deployment, or their own name."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.toml import decode, text_of

LONGEST = 40  # characters of a measure's name, as the table has room for


class Rule(msgspec.Struct, frozen=True):
    """One metric's measure; group, node and device narrow it down, an empty one fits all."""

    name: str  # as the node says it
    measure: str  # one of ours
    factor: float = 1.0  # its unit in ours, as 0.001 for Wh in kWh
    group: str = ""
    node: str = ""
    device: str = ""

    def fits(self, place: tuple[str, str, str]) -> bool:
        """Whether it is meant for this device."""
        wanted = (self.group, self.node, self.device)
        return all(want in ("", there) for want, there in zip(wanted, place, strict=True))


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    metric: list[Rule] = []


class Names:
    """The table. Of several rules that fit, the first counts."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules: dict[str, list[Rule]] = {}
        for rule in rules:
            self._rules.setdefault(rule.name, []).append(rule)

    @classmethod
    def load(cls, path: Path) -> "Names":
        """From TOML, `[[metric]]` tables. Errors: BadToml, UnknownKey, BadValue."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BadValue(str(path), key="foreign_measures", detail=error) from error
        table = decode(text_of(data, str(path)), _Table, str(path))
        for rule in table.metric:
            if rule.measure not in MEASURES:
                raise BadValue(str(path), key="measure", detail=rule.measure)
        return cls(table.metric)

    def of(self, group: str, node: str, device: str, name: str) -> tuple[str, float]:
        """Measure and factor. Without a rule the metric keeps its own name: stored and shown, never booked.

        A name of ours is ours only where the table says so: the unit may be another one.
        """
        for rule in self._rules.get(name, ()):
            if rule.fits((group, node, device)):
                return rule.measure, rule.factor
        own = f"{name}*" if name in MEASURES else name
        if len(own) <= LONGEST and "\0" not in own:
            return own, 1.0
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        return f"{own.replace(chr(0), ' ')[: LONGEST - 9]}~{digest}", 1.0
