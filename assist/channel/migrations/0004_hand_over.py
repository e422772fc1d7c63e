import django.db.models.deletion
import helpdesk.tenants.context
import uuid
from django.conf import settings
from django.db import migrations, models

from helpdesk.tenants.locks import ComposeForeignKey, LockTable


class Migration(migrations.Migration):

    dependencies = [
        ('assist_channel', '0003_session_quality'),
        ('tenants', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('offered', 'Offered'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('lapsed', 'The session ended before an answer')], default='offered', max_length=16)),
                ('offered_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('from_agent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('offered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hand_overs', to='assist_channel.assistsession')),
                ('tenant', models.ForeignKey(db_index=False, default=helpdesk.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
                ('to_agent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'offered')), fields=['tenant', 'to_agent'], name='hand_over_offers')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'offered')), fields=('tenant', 'session'), name='one_open_hand_over_a_session')],
            },
        ),
        LockTable("assist_channel_handover"),
        ComposeForeignKey("assist_channel_handover", "session_id", "assist_channel_assistsession"),
    ]
