from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recordings_keeping", "0001_initial")]

    operations = [migrations.AddField("doomed", "not_before", models.DateTimeField(null=True))]
