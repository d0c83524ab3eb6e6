"""The command for who has lost an account that nobody on the pages may open for them."""

from typing import Annotated

import typer
from sqlalchemy import select

from civicwatt_cloud.kit import audit, identity
from civicwatt_cloud.kit.audit import COMMAND, Deed
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import Account, credentials, totp
from civicwatt_cloud.kit.identity.sessions import end_sessions
from civicwatt_cloud.kit.import_command import Config
from civicwatt_cloud.kit.settings import Settings
from civicwatt_protocols.logs import log_to_stderr


def account_code(
    username: Annotated[str, typer.Argument(metavar="USERNAME", help="账号名 · the account's name")],
    config: Config = None,
) -> None:
    """为账号生成一次性邀请码，重设密码与动态口令 · an invitation: password and second factor anew."""
    log_to_stderr()
    settings = Settings.load(config)
    now_us = identity.real_now_us()
    with one_transaction(settings) as session:
        name = username.strip().casefold()
        account = session.scalar(select(Account).where(Account.username == name))
        if account is None:
            raise NotFound(name)
        totp.forget(account)
        end_sessions(session, account.id)
        code = credentials.invite(session, account, now_us)
        audit.note(session, COMMAND, Deed("account_invited", f"account/{name}", None, None))
    ends = iso((now_us + identity.CODE_LIFE_US) // 1_000_000 * 1_000_000, settings.zone)
    typer.echo(code)
    typer.echo(f"{name}，有效至 · valid until {ends}", err=True)
