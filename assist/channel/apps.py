from django.apps import AppConfig


class AssistChannelConfig(AppConfig):
    name = "assist.channel"
    label = "assist_channel"
    verbose_name = "Assist channel"

    def ready(self) -> None:
        from assist.channel import answer, frames, link_state  # noqa: F401  (these register their handlers)
