"""Who listens on a loopback port, without a connection to it."""


def listens(port: int) -> bool:
    """Whether something does, on 127.0.0.1 or on all addresses."""
    with open("/proc/net/tcp") as sockets:
        return f"0100007F:{port:04X} 00000000:0000 0A" in sockets.read()
