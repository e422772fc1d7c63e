import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def clock(milliseconds: int) -> str:
    """`m:ss`, or `h:mm:ss` from an hour on."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter(name="json")
def as_json(value: Any) -> str:
    """For a `data-` attribute, where the template escapes it."""
    return json.dumps(value)
