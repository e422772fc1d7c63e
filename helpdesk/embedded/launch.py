"""Run a command that cannot outlive its parent: `launch.py SIGNAL PARENT_PID UID GID COMMAND…`.

A file of its own, run by a bare interpreter, because the death signal belongs to the process that replaces
itself, and dropping privileges clears it: both must happen here, in this order, right before exec.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Drop to UID and GID (-1 keeps ours), ask the kernel to send SIGNAL when the parent dies, and exec."""
    death_signal, parent_pid, uid, gid = (int(value) for value in arguments[:4])
    os.umask(0o077)
    if uid != -1:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent_pid:
        sys.exit("the process that started this one is gone")
    os.execv(arguments[4], arguments[4:])


if __name__ == "__main__":
    main(sys.argv[1:])
