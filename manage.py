#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from helpdesk.embedded.supervisor import home_from, running_environment


def join_running() -> None:
    """Where nothing is configured, it is what `make run` has started that is meant. Exits when there is none."""
    if os.environ.get("SECRET_KEY"):
        return
    running = running_environment(home_from())
    if running is None:
        sys.exit("Nothing runs here: start it with `make run`, or set the variables of docs/operations.md.")
    os.environ.update({**running, **{name: value for name, value in os.environ.items() if value}})


if __name__ == "__main__":
    join_running()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    execute_from_command_line(sys.argv)
