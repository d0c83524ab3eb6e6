"""The certificate's life: renewed in time, and a warning 30, 7 and 1 days before its end."""

import asyncio
import time
from pathlib import Path

import structlog

from civicwatt_edge.config_file import ConfigFile
from civicwatt_edge.delivery import tls
from civicwatt_edge.identity import enrolment
from civicwatt_edge.identity.cloud_api import CERTIFICATE, CLOUD, KEY, CloudApi, read_cloud_file
from civicwatt_protocols.errors import CivicWattError

log = structlog.get_logger()

# Engineering defaults.
RENEW_S = 30 * 86_400  # before the end
LOOK_S, URGENT_S = 3_600.0, 60.0


async def keep(file: ConfigFile) -> None:
    """Look after the certificate of an enrolled gateway while it runs; nothing that happens stops polling."""
    warned = None
    while True:
        pause_s, identity = LOOK_S, Path(file.config.gateway.data) / enrolment.FOLDER
        try:
            if (identity / CLOUD).exists():
                warned = await asyncio.to_thread(look, identity, warned, time.time())
                if time.time() >= tls.validity(identity / CERTIFICATE).ends_s:
                    pause_s = URGENT_S  # it keeps us away from the broker
        except CivicWattError as error:
            log.warning("certificate_not_readable", error=str(error))
        except Exception:
            log.exception("certificate_not_kept")  # a fault of ours
        await asyncio.sleep(pause_s)


def look(identity: Path, warned: int | None, now_s: float) -> int | None:
    """Renew if it is time, warn where that fails; returns the limit in days that was warned of last.

    Errors: TlsFilesUnusable.
    """
    found = tls.validity(identity / CERTIFICATE)
    left_s = found.ends_s - now_s
    if left_s > min(RENEW_S, (found.ends_s - found.begins_s) / 3):
        return None
    if _is_renewed(identity):  # also one that ended lately: it no longer opens the broker, but renewal
        return None
    due = tls.warning_due(left_s, warned)
    if due is None:
        return warned
    log.warning("certificate_expires", ends=tls.day(found.ends_s), days_left=int(left_s // 86_400))
    return due


def _is_renewed(identity: Path) -> bool:
    try:
        renew(identity)
    except (CivicWattError, OSError) as error:
        log.warning("certificate_not_renewed", error=str(error))
        return False
    log.info("certificate_renewed", ends=tls.day(tls.validity(identity / CERTIFICATE).ends_s))
    return True


def renew(identity: Path) -> None:
    """Ask for the next certificate of the same key; it is used from the next connection on.

    Errors: those of CloudApi.call.
    """
    request = enrolment.request_of((identity / KEY).read_bytes(), read_cloud_file(identity).gateway)
    enrolment.keep(
        identity, CloudApi.enrolled(identity).call("POST", "/api/v1/gateway/renewal", {"csr": request})
    )
