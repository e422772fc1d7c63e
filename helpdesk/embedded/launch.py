"""Run a command that cannot outlive its parent: `launch.py SIGNAL PARENT_PID UID GID NICE COMMAND…`.

A file of its own, run by a bare interpreter, because the death signal belongs to the process that replaces
itself, and dropping privileges clears it: both must happen here, in this order, right before exec.
"""

import contextlib
import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Take priority NICE, drop to UID and GID (-1 keeps ours), have SIGNAL sent when the parent dies, and exec.

    What the command forks has the usual priority again. Who may not take one below 0 goes on without.
    """
    death_signal, parent_pid, uid, gid, nice = (int(value) for value in arguments[:5])
    os.umask(0o077)
    if nice:
        with contextlib.suppress(OSError):
            # First, or where only this is forbidden what it forks would go ahead as well.
            os.sched_setscheduler(0, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))
            os.setpriority(os.PRIO_PROCESS, 0, nice)
    if uid != -1:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent_pid:
        sys.exit("the process that started this one is gone")
    os.execv(arguments[5], arguments[5:])


if __name__ == "__main__":
    main(sys.argv[1:])
