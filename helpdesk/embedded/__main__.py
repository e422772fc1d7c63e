"""`python -m helpdesk.embedded exec -- COMMAND…` runs a command against the services of ALONGSIDE_HOME.

It joins them if they run already (`make run` in another terminal), else starts them and stops them afterwards.
`… up` starts them and waits for Ctrl-C. `… run` starts the whole system and does the same.
"""

import os
import signal
import subprocess
import sys
import time

from helpdesk.embedded.process import ServiceFailed
from helpdesk.embedded.supervisor import AlreadyRunning, Services, home_from, running_environment
from helpdesk.embedded.system import MAIL_USER, System

USAGE = "usage: python -m helpdesk.embedded (run | up | exec -- COMMAND…)"


def main(arguments: list[str]) -> int:
    """The command's exit status, 1 if a service fails, 2 for wrong usage."""
    match arguments:
        case ["run"]:
            return run()
        case ["up"]:
            return serve()
        case ["exec", "--", *command] if command:
            return execute(command)
    sys.stderr.write(f"{USAGE}\n")
    return 2


def execute(command: list[str]) -> int:
    """Run the command with the services' variables."""
    home = home_from()
    joined = running_environment(home)
    if joined is not None:
        return subprocess.call(command, env={**joined, **os.environ})
    services = Services(home)
    try:
        return subprocess.call(command, env={**services.start(), **os.environ})
    finally:
        services.stop()


def serve() -> int:
    """Run the services until a signal or until one of them ends."""
    services = Services(home_from())
    try:
        services.start()
        sys.stdout.write("The services are up. Ctrl-C stops them.\n")
        sys.stdout.flush()
        while True:
            services.check()
            time.sleep(0.5)
    finally:
        services.stop()


def run() -> int:
    """Run the whole system until a signal or until a process ends."""
    started = time.monotonic()
    with System(home=home_from()) as system:
        sys.stdout.write(announce(system, seconds=time.monotonic() - started))
        sys.stdout.flush()
        while True:
            system.check()
            time.sleep(0.5)


def announce(system: System, *, seconds: float) -> str:
    """Addresses and sign-ins, for a person."""
    lines = [f"\nAlongside is up after {seconds:.1f} s. Ctrl-C stops it.\n"]
    lines += [f"  visitor   {system.site_url}/        a site with the script tag: ask for help there"]
    lines += [f"  desk      {system.base_url}/desk/   sign in below, and answer"]
    if system.mail_url:
        lines += [f"  mails     {system.mail_url}         {MAIL_USER} / {system.mail_password}"]
    for tenant in system.seed["tenants"]:
        lines += [f"\n  {tenant['slug']}"]
        lines += [f"    {user['role']:<8}  {user['email']}  {user['password']}" for user in tenant["users"]]
    lines += [f"\n  data and logs: {system.home}\n"]
    return "\n".join(lines)


def interrupt(*_: object) -> None:
    """SIGTERM ends like Ctrl-C, and Ctrl-C does where a shell has started us in the background, deaf to it."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        sys.exit(main(sys.argv[1:]))
    except (ServiceFailed, AlreadyRunning) as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
