"""The gateway's place in the cloud: its identity folder, and the cloud that let it in."""

from pathlib import Path

from civicwatt_edge.config import Config
from civicwatt_edge.errors import NotEnrolled
from civicwatt_edge.identity.cloud_api import CloudApi, read_cloud_file
from civicwatt_edge.identity.enrolment import FOLDER


def folder(config: Config) -> Path:
    """Where key and certificates lie."""
    return Path(config.gateway.data) / FOLDER


def cloud_url(config: Config) -> str | None:
    """The cloud's address, None before enrolment. Raises BadToml."""
    try:
        return read_cloud_file(folder(config)).url
    except OSError:
        return None


def cloud(config: Config) -> CloudApi:
    """The cloud, ready to be asked in this gateway's name. Raises NotEnrolled."""
    try:
        return CloudApi.enrolled(folder(config))
    except FileNotFoundError as error:
        raise NotEnrolled(str(folder(config))) from error
