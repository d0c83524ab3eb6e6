"""E-mail to people who want it, by the installation's mail server."""

import hashlib
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.identity import Account
from civicwatt_cloud.kit.notices.models import Channel, Entry, Mail, Notice, Preference
from civicwatt_cloud.kit.notices.rhythm import Rhythm
from civicwatt_cloud.kit.notices.sending import Line, Message, Route, head, speak, text
from civicwatt_cloud.kit.outbox.channels import Channels, Email, secret
from civicwatt_cloud.kit.outbox.errors import NotAnswered, NotTaken
from civicwatt_protocols.clock import Clock

MAIL = "mail/"  # before an account's number: a channel
WAIT_S = 20  # for the server [engineering default]


def send_all(database: Database, zone: ZoneInfo, clock: Clock, channels: Channels) -> None:
    """One round over all who may be written to."""
    if channels.email is None:
        return
    with database.reading() as session:
        routes = list(_routes(session, channels.email, channels.pages))
    for route in routes:
        speak(database, zone, route, clock.now_us())


def channel_key(account_id: int) -> str:
    """The channel of somebody's e-mail."""
    return f"{MAIL}{account_id}"


def newest_entry(session: Session, account_id: int) -> int:
    """The number of the newest notice in somebody's inbox; 0: there is none."""
    return session.scalar(select(func.max(Entry.id)).where(Entry.account_id == account_id)) or 0


def send(email: Email, pages: str, address: str, message: Message) -> None:
    """Hand a message to the mail server. Errors: NotAnswered, NotTaken, SecretUnusable."""
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = head(len(message.lines)), email.sender, address
    letter["Date"] = formatdate(localtime=False)
    domain = email.sender.rpartition("@")[2]
    letter["Message-ID"] = f"<{hashlib.sha256(message.number.encode()).hexdigest()[:32]}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text(message, pages))
    try:
        with _connected(email) as server:
            server.send_message(letter)
    except smtplib.SMTPResponseException as error:
        raise NotTaken(host=email.host, detail=f"SMTP {error.smtp_code}") from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        raise NotTaken(host=email.host, detail=f"SMTP {codes[0]}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotAnswered(host=email.host, detail=type(error).__name__) from error


def _connected(email: Email) -> smtplib.SMTP:
    tls = ssl.create_default_context()
    if email.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(email.host, email.port, timeout=WAIT_S, context=tls)
    else:
        server = smtplib.SMTP(email.host, email.port, timeout=WAIT_S)
    try:
        if email.security == "starttls":
            server.starttls(context=tls)
        if email.username:
            server.login(email.username, secret(email.password_file))
    except BaseException:
        server.close()
        raise
    return server


def _routes(session: Session, email: Email, pages: str) -> Iterator[Route]:
    """Those of people for whom something is unread that no message has told."""
    key = literal(MAIL) + cast(Preference.account_id, String)
    unsaid = select(Entry.id).where(
        Entry.account_id == Preference.account_id,
        Entry.read_us.is_(None),
        Entry.id > func.coalesce(Channel.upto, 0),
    )
    query = (
        select(Preference)
        .join(Account, Account.id == Preference.account_id)
        .outerjoin(Channel, Channel.key == key)
        .where(Preference.mail != Mail.OFF, Preference.email.is_not(None), Account.disabled_us.is_(None))
        .where(unsaid.exists())
        .order_by(Preference.account_id)
    )
    for one in session.scalars(query).all():
        rhythm = Rhythm(
            one.daily_hour if one.mail == Mail.DAILY else None, one.quiet_from, one.quiet_to, one.rests
        )
        yield Route(
            channel_key(one.account_id),
            rhythm,
            partial(_lines, account_id=one.account_id),
            partial(newest_entry, account_id=one.account_id),
            partial(send, email, pages, one.email or ""),
        )


def _lines(session: Session, after: int, account_id: int) -> Sequence[Line]:
    query = (
        select(Entry.id, Notice.zh, Notice.en, Notice.subject, Notice.is_urgent, Notice.at_us)
        .join(Notice, Notice.id == Entry.notice_id)
        .where(Entry.account_id == account_id, Entry.read_us.is_(None), Entry.id > after)
        .order_by(Entry.id)
    )
    return [Line(*row) for row in session.execute(query)]
