from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0003_video_settings'),
    ]

    operations = [
        migrations.AddField(
            model_name='tenant',
            name='recording_days',
            field=models.PositiveIntegerField(default=0),
        ),
    ]
