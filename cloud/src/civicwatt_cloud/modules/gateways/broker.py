"""What a Mosquitto needs to let in our gateways and nobody else: one folder of files.

Who connects is who its certificate names: the name is user, client id and the gateway's part of its topics.
Source of the options: mosquitto.conf(5), Mosquitto 2.0.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID

from civicwatt_cloud.modules.gateways.authority import Authority, Key, key_pem, pem, trusted, write_private
from civicwatt_cloud.timeseries.intake.plain import ACKS, PLAIN
from civicwatt_cloud.timeseries.intake.reader import MAX_PAYLOAD
from civicwatt_cloud.timeseries.intake.roles import CLIENT_ID, worker
from civicwatt_protocols.sparkplug.topics import NAMESPACE

RENEW = timedelta(
    days=90
)  # what ends sooner is made anew when the files are written again [engineering default]
USER = "mosquitto"  # whom Debian's package runs the broker as

CONF = """\
# Written by `civicwatt cloud broker-config`. Run it again to renew certificates and the revocation list;
# then `systemctl reload mosquitto`, or restart it to end connections of revoked gateways too.
# 由 civicwatt cloud broker-config 生成；再次运行即更新证书与吊销列表，然后重新加载 mosquitto。

listener {port}{bind}
cafile {folder}/ca.pem
certfile {folder}/server.pem
keyfile {folder}/server.key
crlfile {folder}/crl.pem

# Nobody without a certificate; its name is user and client id, so that no client can take another's place.
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {folder}/acl

# Bytes; no message of a gateway is longer.
message_size_limit {longest}
# Messages on their way to a worker that is busy; what comes beyond is dropped, and sent again.
max_queued_messages 20000
# The cloud acknowledges what it has committed, and the gateways keep the rest: the broker need not.
persistence false
"""
ACL = """\
# The ingest hears everything, and commands; so do its workers.
{ours}

# A gateway speaks under its own name only, and hears only its own commands. %u is its certificate's name.
{gateways}
"""
OURS = """\
user {ingest}
topic read {space}/#
topic read {plain}/#
topic write {space}/+/NCMD/+
topic write {space}/STATE/+
topic write {acks}/+/+"""
WRITES = ("NBIRTH/%u", "NDEATH/%u", "DBIRTH/%u/+", "DDATA/%u/+", "DDEATH/%u/+")


@dataclass(frozen=True, slots=True)
class Listener:
    """Where gateways connect to: the names and addresses they use for it, and the port."""

    hosts: Sequence[str]
    port: int
    bind: str = ""  # an address of this machine; empty: all of them


def write(
    folder: Path,
    listener: Listener,
    authorities: Sequence[Authority],
    revoked: Iterable[tuple[str, datetime]],
    workers: int = 0,
) -> None:
    """Write or renew the folder; keys and certificates that are still good stay.

    Each worker has a certificate of its own, since its name is its client id; those that are there stay.
    """
    folder = folder.resolve()
    (folder / "ingest").mkdir(parents=True, exist_ok=True)
    present, listed = authorities[-1], list(revoked)
    _pair(
        folder / "server.pem",
        folder / "server.key",
        authorities,
        lambda key: present.for_hosts(key, listener.hosts),
    )
    workers = max(workers, len([*(folder / "ingest").glob("cert-*.pem")]))
    names = {"": CLIENT_ID} | {f"-{n}": worker(str(n)).client_id for n in range(1, workers + 1)}
    for suffix, name in names.items():
        _pair(
            folder / "ingest" / f"cert{suffix}.pem",
            folder / "ingest" / f"key{suffix}.pem",
            authorities,
            partial(present.for_client, name=name),
        )
    _replace(folder / "ca.pem", trusted(authorities).encode())
    _replace(folder / "crl.pem", b"".join(one.revocations(listed) for one in authorities))
    _replace(folder / "acl", _acl(names.values()).encode())
    bind = f" {listener.bind}" if listener.bind else ""
    conf = CONF.format(folder=folder, port=listener.port, bind=bind, longest=MAX_PAYLOAD)
    _replace(folder / "mosquitto.conf", conf.encode())
    _hand_over(folder / "server.key")


def _acl(names: Iterable[str]) -> str:
    ours = "\n".join(OURS.format(ingest=name, space=NAMESPACE, plain=PLAIN, acks=ACKS) for name in names)
    rows = [f"pattern write {NAMESPACE}/+/{topic}" for topic in WRITES]
    rows += [f"pattern read {NAMESPACE}/+/NCMD/%u", f"pattern read {NAMESPACE}/STATE/+"]
    rows += [f"pattern write {PLAIN}/+/%u/+", f"pattern read {ACKS}/+/%u"]
    return ACL.format(ours=ours, gateways="\n".join(rows))


def _pair(
    certificate: Path, key: Path, authorities: Sequence[Authority], make: Callable[[Key], x509.Certificate]
) -> None:
    """A key and its certificate, followed by what links a new authority to the one that gateways know."""
    fresh_key = ec.generate_private_key(ec.SECP256R1())
    fresh = make(fresh_key)
    if certificate.exists() and key.exists() and _is_good(certificate, fresh):
        return
    links = authorities[-1].certificates[1:]
    write_private(key, key_pem(fresh_key))
    _replace(certificate, "".join(pem(one) for one in (fresh, *links)).encode())


def _is_good(certificate: Path, wanted: x509.Certificate) -> bool:
    """Whether the one that is there has the same issuer and names, and some time left."""
    there = x509.load_pem_x509_certificate(certificate.read_bytes())
    return (
        there.issuer == wanted.issuer
        and there.subject == wanted.subject
        and _names(there) == _names(wanted)
        and there.not_valid_after_utc > min(datetime.now(UTC) + RENEW, wanted.not_valid_after_utc - RENEW)
    )


def _names(certificate: x509.Certificate) -> list[x509.Extension[x509.ExtensionType]]:
    oid = ExtensionOID.SUBJECT_ALTERNATIVE_NAME
    return [extension for extension in certificate.extensions if extension.oid == oid]


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(data)
    draft.replace(path)


def _hand_over(key: Path) -> None:
    """The broker reads its key as its own user; only root can give it away, where there is that user."""
    if os.geteuid() == 0:
        with suppress(LookupError):
            shutil.chown(key, USER)
