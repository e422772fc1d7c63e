"""System check: the audit log is kept as long as the database insists on."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from helpdesk.audit.models import KEPT_DAYS_MIN


@register()
def log_is_kept_long_enough(app_configs: Any, **kwargs: Any) -> list[Error]:
    if settings.AUDIT_DAYS >= KEPT_DAYS_MIN:
        return []
    text = f"AUDIT_DAYS is {settings.AUDIT_DAYS}, but the audit log is kept for {KEPT_DAYS_MIN} days at least."
    return [Error(text, hint=f"Set AUDIT_DAYS to {KEPT_DAYS_MIN} or more.", id="audit.E001")]
