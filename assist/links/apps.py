from django.apps import AppConfig


class AssistLinksConfig(AppConfig):
    name = "assist.links"
    label = "assist_links"
    verbose_name = "Invite links"
