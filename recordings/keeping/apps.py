from django.apps import AppConfig


class RecordingsKeepingConfig(AppConfig):
    name = "recordings.keeping"
    label = "recordings_keeping"
    verbose_name = "Keeping and erasing"
