"""The file of channels: the ways on which an installation tells people and machines outside.

It holds no secret itself: it names files, which only their owner may read. Why a file of its own: what a
channel needs is a table, and settings are single values.
"""

import stat
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

import msgspec

from civicwatt_cloud.kit.hosts import is_here
from civicwatt_cloud.kit.outbox.calling import Allowed, checked
from civicwatt_cloud.kit.outbox.errors import SecretUnusable
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.toml import Table, decode, text_of

LONGEST_NAME = 60


class Email(Table, frozen=True, kw_only=True):
    """The server that takes our e-mail."""

    host: str
    port: int = 465
    security: Literal["tls", "starttls", "none"] = "tls"  # none: a server on this machine
    sender: str  # noreply@jgsw.example.cn
    username: str = ""
    password_file: str = ""


class Robot(Table, frozen=True, kw_only=True):
    """The robot of a group of a messenger."""

    name: str
    kind: Literal["wecom", "dingtalk"]
    url_file: str  # holds the address that the messenger gave: its key is in it
    secret_file: str = ""  # of a signed DingTalk robot
    node: str = ""  # the code of a division or of an institution: its matters and those below it
    kinds: tuple[Literal["waiting", "reminder", "escalated", "energy"], ...] = ()  # of notices; none: all
    quiet_from: int = 0  # hours of the business zone; the same twice: no quiet hours
    quiet_to: int = 0
    rests: bool = False  # also quiet on days off


class Webhook(Table, frozen=True, kw_only=True):
    """Another system that hears of events."""

    name: str
    url: str
    secret_file: str  # signs what it is told
    events: tuple[str, ...]  # names; `ticket.*`: all that begin so


class Mqtt(Table, frozen=True, kw_only=True):
    """A topic at the broker of the settings."""

    topic: str = "civicwatt/events"
    events: tuple[str, ...] = ("*",)


class Allow(Table, frozen=True, kw_only=True):
    """Where calls may go."""

    hosts: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()  # of one's own: 10.1.2.0/24


class Channels(Table, frozen=True, kw_only=True):
    """All channels; none is the rule."""

    pages: str = ""  # what people type for these pages: https://jgsw.example.cn
    email: Email | None = None
    robot: tuple[Robot, ...] = ()
    webhook: tuple[Webhook, ...] = ()
    mqtt: Mqtt | None = None
    allow: Allow = msgspec.field(default_factory=Allow)

    @property
    def allowed(self) -> Allowed:
        """Where calls may go, read."""
        return Allowed(frozenset(self.allow.hosts), tuple(ip_network(one) for one in self.allow.networks))


def load(path: Path | None) -> Channels:
    """The channels of a file, all checked.

    Errors: BadToml, UnknownKey, BadValue, SecretUnusable, HostNotAllowed.
    """
    if path is None:
        return Channels()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadValue(str(path), key="channels", detail=error.strerror or error) from error
    found = decode(text_of(data, str(path)), Channels, str(path))
    _check(found, str(path))
    return found


def secret(path: str) -> str:
    """What a file of a secret holds. Errors: SecretUnusable."""
    try:
        mode, value = Path(path).stat().st_mode, Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretUnusable(path, detail=type(error).__name__, detail_zh=type(error).__name__) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretUnusable(path, detail=f"others may read it ({mode & 0o777:o})", detail_zh="他人可读")
    if not value:
        raise SecretUnusable(path, detail="it is empty", detail_zh="文件为空")
    return value


def _check(channels: Channels, where: str) -> None:
    """Say at the start what would else fail at night."""
    for network in channels.allow.networks:
        try:
            ip_network(network)
        except ValueError as error:
            raise BadValue(where, key="allow.networks", detail=error) from error
    for key, rows in (("robot", channels.robot), ("webhook", channels.webhook)):
        names = [one.name for one in rows]
        if len(set(names)) != len(names) or any(not 0 < len(name) <= LONGEST_NAME for name in names):
            raise BadValue(where, key=f"{key}.name", detail=f"1..{LONGEST_NAME} letters, each name once")
    for robot in channels.robot:
        checked(secret(robot.url_file), channels.allowed)
        if robot.secret_file:
            secret(robot.secret_file)
    for hook in channels.webhook:
        checked(hook.url, channels.allowed)
        secret(hook.secret_file)
    email = channels.email
    if email and email.security == "none" and not is_here(email.host):
        raise BadValue(where, key="email.security", detail="none: for a server on this machine only")
    if email and email.password_file:
        secret(email.password_file)
