"""Free TCP ports on the loopback interface."""

import random
import socket

HOST = "127.0.0.1"
# Below the range from which the kernel takes ports for outgoing connections, which could take one in between.
OURS = range(20000, 32000)


def is_free(port: int, *, host: str = HOST) -> bool:
    """True if a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose(*preferred: int, taken: frozenset[int] = frozenset()) -> int:
    """The first preferred port that is free and not in `taken`, else any free one."""
    for port in preferred:
        if port and port not in taken and is_free(port):
            return port
    return any_free(taken=taken)


def any_free(*, taken: frozenset[int] = frozenset()) -> int:
    """A free port that is not in `taken`, drawn at random, so that two who choose at once differ."""
    while True:
        port = random.choice(OURS)  # noqa: S311 not a secret
        if port not in taken and is_free(port):
            return port
