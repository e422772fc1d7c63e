from django.apps import AppConfig


class RecordingsVideoConfig(AppConfig):
    name = "recordings.video"
    label = "recordings_video"
    verbose_name = "Video"

    def ready(self) -> None:
        from assist.channel.signals import session_ended
        from recordings.archive.signals import archive_closed
        from recordings.video import hooks

        session_ended.connect(hooks.on_session_ended, dispatch_uid="recordings.video")
        archive_closed.connect(hooks.on_archive_closed, dispatch_uid="recordings.video")
