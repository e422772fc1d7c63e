from django.apps import AppConfig


class AssistCaptureConfig(AppConfig):
    name = "assist.capture"
    label = "assist_capture"
    verbose_name = "Capture"

    def ready(self) -> None:
        from assist.capture import welcome  # noqa: F401  (registers its parts)
