"""Identity: accounts, grants, sessions, codes, and who asks; use cases are imported from their own files."""

from civicwatt_cloud.kit.identity.actors import Actor, Granted, actor_named, actor_of
from civicwatt_cloud.kit.identity.codes import (
    CODE_LETTERS,
    CODE_LIFE_US,
    digest,
    ensure_setup_code,
    issue_code,
    normal_code,
    real_now_us,
)
from civicwatt_cloud.kit.identity.models import (
    FOR_EVER,
    Account,
    Grant,
    LoginNonce,
    Method,
    OneTimeCode,
    OpenSession,
    Purpose,
    SignInAttempt,
)
from civicwatt_cloud.kit.identity.sessions import close_session, note_use, open_session, purge

__all__ = [
    "CODE_LETTERS",
    "CODE_LIFE_US",
    "FOR_EVER",
    "Account",
    "Actor",
    "Grant",
    "Granted",
    "LoginNonce",
    "Method",
    "OneTimeCode",
    "OpenSession",
    "Purpose",
    "SignInAttempt",
    "actor_named",
    "actor_of",
    "close_session",
    "digest",
    "ensure_setup_code",
    "issue_code",
    "normal_code",
    "note_use",
    "open_session",
    "purge",
    "real_now_us",
]
