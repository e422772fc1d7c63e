from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0002_asset_hosts'),
    ]

    operations = [
        migrations.AddField('tenant', 'video_shortens_idle', models.BooleanField(default=False)),
        migrations.AddField('tenant', 'video_has_frame', models.BooleanField(default=False)),
    ]
