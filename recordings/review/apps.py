from django.apps import AppConfig


class RecordingsReviewConfig(AppConfig):
    name = "recordings.review"
    label = "recordings_review"
    verbose_name = "Review"
