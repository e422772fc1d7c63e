from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recordings_video', '0001_initial'),
    ]

    operations = [
        migrations.AddField('recording', 'failure_code', models.CharField(blank=True, max_length=16)),
        migrations.AddField('recording', 'plan', models.JSONField(default=dict)),
        migrations.AddField('recording', 'skips', models.JSONField(default=list)),
        migrations.AddField('recording', 'has_frame', models.BooleanField(default=False)),
        migrations.AddField('recording', 'rendering_at', models.DateTimeField(null=True)),
        migrations.AddField('videosegment', 'window', models.JSONField(default=dict)),
        migrations.AddField('videosegment', 'losses', models.PositiveIntegerField(default=0)),
        migrations.AddField('videosegment', 'done_ms', models.PositiveBigIntegerField(default=0)),
    ]
