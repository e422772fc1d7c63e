from django.apps import AppConfig


class AssistConsoleConfig(AppConfig):
    name = "assist.console"
    label = "assist_console"
    verbose_name = "Console"

    def ready(self) -> None:
        from assist.console import stage  # noqa: F401  (registers the system check)
