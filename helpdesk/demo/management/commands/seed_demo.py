"""`manage.py seed_demo [--json]`: two demo tenants, each with an agent, a manager, an admin and an API token."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from helpdesk.demo.seed import seed


class Command(BaseCommand):
    help = "Create or bring back the demo tenants and print their addresses and sign-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        seeded = seed()
        self.stdout.write(_as_json(seeded) if json else _as_text(seeded))


def _as_json(seeded: dict[str, Any]) -> str:
    return json.dumps(seeded)


def _as_text(seeded: dict[str, Any]) -> str:
    lines = [f"Desk: {seeded['base_url']}/desk/"]
    for tenant in seeded["tenants"]:
        lines += [f"\n{tenant['slug']}: public key {tenant['public_key']}, API token {tenant['api_token']}"]
        lines += [f"  {user['role']:8} {user['email']}  {user['password']}" for user in tenant["users"]]
    return "\n".join(lines)
