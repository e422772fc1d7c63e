import os
import signal
import subprocess
import sys
from pathlib import Path

from helpdesk.embedded.process import Account, bound_to_us

PRIORITIES = """
import os
own = os.getpriority(os.PRIO_PROCESS, 0)
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, str(os.getpriority(os.PRIO_PROCESS, 0)).encode())
    os._exit(0)
print(own, os.read(read, 9).decode())
"""
TRY = "import os; os.setpriority(os.PRIO_PROCESS, 0, -10)"


def test_priority_is_not_inherited_by_what_it_forks(tmp_path: Path) -> None:
    script = tmp_path / "priorities.py"
    script.write_text(PRIORITIES)
    command = [sys.executable, str(script)]
    bound = bound_to_us(command, account=Account(), death_signal=signal.SIGKILL, nice=-10)
    seen = subprocess.run(bound, capture_output=True, text=True, check=True).stdout.split()
    may_go_first = subprocess.run([sys.executable, "-c", TRY], capture_output=True).returncode == 0
    usual = str(os.getpriority(os.PRIO_PROCESS, 0))
    assert seen == (["-10", "0"] if may_go_first else [usual, usual])
