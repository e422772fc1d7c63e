from django.apps import AppConfig


class AssistPagesConfig(AppConfig):
    name = "assist.pages"
    label = "assist_pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        from assist.pages import frames  # noqa: F401  (registers its handlers)
