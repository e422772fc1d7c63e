from django.apps import AppConfig


class AssistRequestsConfig(AppConfig):
    name = "assist.requests"
    label = "assist_requests"
    verbose_name = "Assist requests"
