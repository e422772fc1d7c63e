"""What the kernel knows about processes and their sockets."""

import os
import time
from collections.abc import Callable
from pathlib import Path

LISTEN = "0A"


def members(leaders: set[int]) -> set[int]:
    """Processes whose session was started by one of the leaders."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and session_of(int(entry.name)) in leaders:
            found.add(int(entry.name))
    return found


def session_of(pid: int) -> int | None:
    """The session of a living process; None if it is gone or only waits to be collected."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else int(fields[3])


def children_of(pid: int) -> set[int]:
    """Direct children."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        found |= {int(child) for child in (task / "children").read_text().split()}
    return found


def listeners(pids: set[int]) -> set[tuple[str, int]]:
    """Address (`127.0.0.1`, or the kernel's notation for others) and port of every TCP socket that listens."""
    inodes = {inode for pid in pids for inode in socket_inodes(pid)}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and fields[9] in inodes:
                address, port = fields[1].split(":")
                found.add(("127.0.0.1" if address == "0100007F" else address, int(port, 16)))
    return found


def socket_inodes(pid: int) -> set[str]:
    """Inodes of the sockets that a process holds."""
    links = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.add(os.readlink(descriptor))
        except FileNotFoundError:
            continue
    return {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:[")}


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Return when the condition holds; fail with `what` when the time is over."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"not within {seconds} s: {what}"
        time.sleep(0.05)
