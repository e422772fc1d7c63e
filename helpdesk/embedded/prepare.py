"""Migrate as the owner and seed the demo, in one process: starting Django twice would cost a second."""

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    """Migrations report to standard error; the last line of standard output is the seed's JSON object."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    django.setup()
    call_command("migrate", database="owner", interactive=False, stdout=sys.stderr)
    call_command("seed_demo", json=True)


if __name__ == "__main__":
    main()
