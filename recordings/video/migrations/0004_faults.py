from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recordings_video", "0003_recording_extras")]

    operations = [
        migrations.AddField("videosegment", "faults", models.PositiveIntegerField(default=0)),
    ]
