"""What the routes of enrolment take and give."""

import re
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

GATEWAY_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")  # one level of an MQTT topic, without wildcards
GatewayId = Annotated[str, Path(pattern=f"^{GATEWAY_ID.pattern}$", examples=["gw-01"])]
Division = Annotated[str, Field(pattern=r"^[0-9]{6,12}$", examples=["429900"])]
Csr = Annotated[str, Field(max_length=8192, description="PEM (PKCS #10), P-256, CN = 网关编号")]


class CodeWanted(BaseModel):
    """For whom a code is made."""

    model_config = ConfigDict(extra="forbid")

    division: Division | None = Field(None, description="缺省为本区域")


class CodeOut(BaseModel):
    """A one-time code; it cannot be shown again."""

    gateway: str
    division: str
    code: str = Field(examples=["8F3K-7M2Q-XN4T-W9CD"])
    expires_at: str


class Enrolment(BaseModel):
    """What a gateway sends to be let in."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=64, examples=["8F3K-7M2Q-XN4T-W9CD"])
    csr: Csr


class Renewal(BaseModel):
    """What a gateway sends for its next certificate."""

    model_config = ConfigDict(extra="forbid")

    csr: Csr


class BrokerOut(BaseModel):
    """Where the gateway connects to."""

    host: str
    port: int


class EnrolledOut(BaseModel):
    """A gateway's certificate, whom it is to trust, and where to go."""

    gateway: str
    division: str
    certificate: str
    ca: str
    broker: BrokerOut
