from django.db import migrations, models

KEYS = ("filmstrip_key", "thumbnail_key", "outline_key", "log_key")


class Migration(migrations.Migration):
    dependencies = [("recordings_video", "0002_progress_window_skips")]

    operations = [
        *(
            migrations.AddField(
                "recording", name, models.CharField(blank=True, default="", max_length=300), preserve_default=False
            )
            for name in KEYS
        ),
        migrations.AddField("recording", "filmstrip", models.JSONField(default=dict)),
    ]
