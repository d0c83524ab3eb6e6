"""Messages that wait for their catalogue: bounded, and dropped without harm, since nobody has acked them."""

from typing import NamedTuple

A_GATEWAY = 4 * 1024 * 1024  # bytes [engineering default]
ALL_GATEWAYS = 64 * 1024 * 1024  # bytes [engineering default]
OVERHEAD = 256  # bytes a message takes beside its payload, about


class Message(NamedTuple):
    """A message as the broker delivered it."""

    topic: str
    payload: bytes


class Parking:
    """Messages by gateway and the catalogue they name."""

    def __init__(self, a_gateway: int = A_GATEWAY, all_gateways: int = ALL_GATEWAYS) -> None:
        self._a_gateway, self._all_gateways = a_gateway, all_gateways
        self._clear()

    def __len__(self) -> int:
        return sum(map(len, self._parked.values()))

    def put(self, gateway: str, catalogue: str, message: Message) -> None:
        """Park a message. Without room the parked ones go: their gateways send them again."""
        size = len(message.payload) + OVERHEAD
        if self._bytes.get(gateway, 0) + size > self._a_gateway:
            self._total -= self._bytes.pop(gateway, 0)
            self._parked.pop(gateway, None)
        if self._total + size > self._all_gateways:
            self._clear()
        self._parked.setdefault(gateway, []).append((catalogue, message))
        self._bytes[gateway] = self._bytes.get(gateway, 0) + size
        self._total += size

    def take(self, gateway: str, catalogue: str) -> list[Message]:
        """The messages of a gateway that waited for this catalogue, in their order."""
        parked = self._parked.pop(gateway, [])
        self._total -= self._bytes.pop(gateway, 0)
        for other, message in parked:
            if other != catalogue:
                self.put(gateway, other, message)
        return [message for named, message in parked if named == catalogue]

    def awaited(self) -> list[tuple[str, str]]:
        """Which catalogues are waited for, each with its gateway."""
        return [
            (gateway, digest)
            for gateway, parked in self._parked.items()
            for digest in dict.fromkeys(named for named, _ in parked)
        ]

    def _clear(self) -> None:
        self._parked: dict[str, list[tuple[str, Message]]] = {}
        self._bytes: dict[str, int] = {}
        self._total = 0
