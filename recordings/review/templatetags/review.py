import json
from typing import Any

from django import template

from helpdesk.accounts.models import User

register = template.Library()


@register.filter
def clock(milliseconds: int) -> str:
    """`m:ss`, or `h:mm:ss` from an hour on."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def handle(person: User) -> str:
    """What a note calls this person by, behind an `@`."""
    return "".join(person.name.split()) or person.email


@register.filter(name="json")
def as_json(value: Any) -> str:
    """For a `data-` attribute, where the template escapes it."""
    return json.dumps(value)
