from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recordings_video", "0003_recording_extras")]

    operations = [
        migrations.AddField("videosegment", "faults", models.PositiveIntegerField(default=0)),
        migrations.AddField("videosegment", "video_ms", models.PositiveBigIntegerField(null=True)),
        migrations.AddField("recording", "failing_since", models.DateTimeField(null=True)),
    ]
