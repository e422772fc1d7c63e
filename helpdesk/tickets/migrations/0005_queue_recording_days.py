import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0004_labels'),
    ]

    operations = [
        migrations.AddField(
            model_name='queue',
            name='recording_days',
            field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(36500)], verbose_name='days recordings are kept'),
        ),
    ]
