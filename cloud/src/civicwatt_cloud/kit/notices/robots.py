"""Robots of groups in 企业微信 and 钉钉: what concerns a node, told to those who work for it together.

Source: 企业微信 群机器人, 钉钉 自定义机器人 (加签): both take JSON over https and answer with an errcode; the
first takes 2,048 bytes of text [as quoted in public guides].
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from functools import partial
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Region, region_prefix
from civicwatt_cloud.kit.notices.models import Notice
from civicwatt_cloud.kit.notices.rhythm import Rhythm
from civicwatt_cloud.kit.notices.sending import Line, Message, Route, speak, text
from civicwatt_cloud.kit.outbox.calling import Allowed, post
from civicwatt_cloud.kit.outbox.channels import Channels, Robot, secret
from civicwatt_cloud.kit.outbox.errors import NotTaken
from civicwatt_protocols.clock import Clock

LONGEST_BYTES = 2000  # of a message's text
NOBODY = "\0"  # a path that begins none: of a node that there is not


def speak_in_group(
    database: Database, zone: ZoneInfo, clock: Clock, channels: Channels, robot: Robot
) -> None:
    """One round of a robot."""
    rhythm = Rhythm(None, robot.quiet_from, robot.quiet_to, robot.rests)
    send_ = partial(send, robot, channels.pages, channels.allowed)
    route = Route(f"robot/{robot.name}", rhythm, partial(_lines, robot=robot), _newest, send_)
    speak(database, zone, route, clock.now_us())


def send(robot: Robot, pages: str, allowed: Allowed, message: Message) -> None:
    """Say it in the group. Errors: as `post`; NotTaken with the messenger's errcode; SecretUnusable."""
    url = secret(robot.url_file)
    if robot.kind == "dingtalk" and robot.secret_file:
        moment = str(time.time_ns() // 1_000_000)
        url += f"&timestamp={moment}&sign={quote(sign(secret(robot.secret_file), moment), safe='')}"
    body = json.dumps({"msgtype": "text", "text": {"content": _short(message, pages)}}, ensure_ascii=False)
    answer = post(url, body.encode(), {"Content-Type": "application/json; charset=utf-8"}, allowed)
    code = _errcode(answer)
    if code != 0:
        raise NotTaken(host=robot.kind, detail=f"errcode {code}")


def sign(key: str, moment: str) -> str:
    """What a signed robot of DingTalk asks for: HMAC-SHA-256 of moment [ms] and key, in base64."""
    digest = hmac.new(key.encode(), f"{moment}\n{key}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _short(message: Message, pages: str) -> str:
    """As many of the newest notices as the messenger takes."""
    for most in (20, 10, 5, 2, 1):
        told = text(message, pages, most)
        if len(told.encode()) <= LONGEST_BYTES:
            return told
    return told.encode()[:LONGEST_BYTES].decode(errors="ignore")


def _errcode(answer: bytes) -> object:
    try:
        found = json.loads(answer)
    except ValueError:
        return "?"
    return found.get("errcode") if isinstance(found, dict) else "?"


def _newest(session: Session) -> int:
    return session.scalar(select(func.max(Notice.id))) or 0


def _lines(session: Session, after: int, robot: Robot) -> Sequence[Line]:
    query = (
        select(Notice.id, Notice.zh, Notice.en, Notice.subject, Notice.is_urgent, Notice.at_us)
        .join(Institution, Institution.id == Notice.owner_id)
        .where(Notice.id > after)
        .order_by(Notice.id)
    )
    if robot.node:
        query = query.where(Institution.path.startswith(_path(session, robot.node), autoescape=True))
    if robot.kinds:
        query = query.where(or_(*(Notice.kind == kind for kind in robot.kinds)))
    return [Line(*row) for row in session.execute(query)]


def _path(session: Session, node: str) -> str:
    if session.get(Region, node) is not None:
        return region_prefix(node)
    return session.scalar(select(Institution.path).where(Institution.code == node)) or NOBODY
