"""Write web/protocol/wire.ts, or with --check fail when it is not what it would be."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from assist.channel import typescript


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check: bool, **options: Any) -> None:
        path = settings.BASE_DIR / "web" / "protocol" / "wire.ts"
        text = typescript.render()
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            raise CommandError("web/protocol/wire.ts is out of date: run `manage.py generate_protocol`.")
