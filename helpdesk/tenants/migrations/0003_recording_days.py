from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0002_asset_hosts'),
    ]

    operations = [
        migrations.AddField(
            model_name='tenant',
            name='recording_days',
            field=models.PositiveIntegerField(default=0),
        ),
    ]
