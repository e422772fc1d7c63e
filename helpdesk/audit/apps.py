from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "helpdesk.audit"
    label = "audit"
    verbose_name = "Audit log"

    def ready(self) -> None:
        from helpdesk.audit import checks  # noqa: F401  (registers the system check)
