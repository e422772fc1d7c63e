from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "helpdesk.desk"
    label = "desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        from helpdesk.desk import admin  # noqa: F401  (registers what the site shows)
