"""Names and addresses of machines."""

from ipaddress import ip_address


def is_here(host: str) -> bool:
    """Whether it can be nothing but this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
