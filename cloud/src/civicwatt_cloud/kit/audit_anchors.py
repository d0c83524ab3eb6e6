"""Anchors: once a day the last row's hash is signed and put elsewhere.

Who can write the whole database can write the whole chain anew; he cannot write what another machine keeps.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import crypto
from civicwatt_cloud.kit.audit import HEAD, AuditHead
from civicwatt_cloud.kit.audit_errors import BadAnchor
from civicwatt_cloud.kit.crypto import Family

PUBLIC = "audit-key.pub.pem"  # beside the anchors: who keeps them can check them
NAME = re.compile(r"audit-\d{4}-\d{2}-\d{2}\.json")


def write(session: Session, folder: Path, key: ec.EllipticCurvePrivateKey, family: Family, day: str) -> Path:
    """The anchor of a day, with the public key beside it; another one of the same day is replaced."""
    head = session.get(AuditHead, HEAD)
    said = {"day": day, "row": head.last if head else 0, "hash": head.hash if head else ""}
    folder.mkdir(parents=True, exist_ok=True)
    public = folder / PUBLIC
    if not public.exists():
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    path = folder / f"audit-{day}.json"
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({**said, "signature": crypto.sign(family, key, _signed(said))}) + "\n")
    return draft.rename(path)


def read(folder: Path, public: Path | None = None) -> Mapping[int, str]:
    """The hashes that rows are anchored with. Errors: BadAnchor, for the first bad file."""
    files = sorted(path for path in folder.glob("audit-*.json") if NAME.fullmatch(path.name))
    if not files:
        return {}
    key = _public_key(public or folder / PUBLIC)
    anchored = {}
    for path in files:
        try:
            said = json.loads(path.read_bytes())
            signature = said.pop("signature")
            row, digest = int(said["row"]), str(said["hash"])
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise BadAnchor(str(path), detail_zh="内容不可读", detail="it cannot be read") from error
        if (
            not crypto.is_signed(key, _signed(said), signature)
            or path.name != f"audit-{said.get('day')}.json"
        ):
            raise BadAnchor(str(path), detail_zh="签名不符", detail="the signature does not match")
        if row:
            anchored[row] = digest
    return anchored


def _public_key(path: Path) -> ec.EllipticCurvePublicKey:
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadAnchor(str(path), detail_zh="没有可用的公钥", detail="there is no public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise BadAnchor(str(path), detail_zh="公钥类型不符", detail="it is another kind of key")
    return key


def _signed(said: Mapping[str, object]) -> bytes:
    return json.dumps(said, sort_keys=True).encode()
