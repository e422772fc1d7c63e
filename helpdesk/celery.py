import os

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
app = Celery("alongside")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def _check_role(**kwargs: object) -> None:
    from helpdesk.tenants.roles import start_or_exit

    start_or_exit()
