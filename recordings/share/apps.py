from django.apps import AppConfig


class RecordingsShareConfig(AppConfig):
    name = "recordings.share"
    label = "recordings_share"
    verbose_name = "Sharing"
