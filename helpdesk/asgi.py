import gc
import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
django_application = get_asgi_application()

from assist.channel.handover import hand_over  # noqa: E402  (these need the app registry)
from helpdesk import daphne_bounds  # noqa: E402
from helpdesk.accounts.sockets import DeskAuthMiddleware  # noqa: E402
from helpdesk.bounds import BoundedBodies  # noqa: E402
from helpdesk.shutdown import GracefulShutdown  # noqa: E402
from helpdesk.sockets import websocket_urlpatterns  # noqa: E402
from helpdesk.tenants.roles import start_or_exit  # noqa: E402

start_or_exit()
daphne_bounds.apply()

# What is loaded now stays: without this each full collection walks all of it, and no frame moves meanwhile.
gc.collect()
gc.freeze()
# What is open is walked by full collections too, some 0.1 s for 1,000 sockets: they come every few minutes under load,
# not every few seconds. Younger garbage goes as before.
gc.set_threshold(10_000, 10, 100)

sockets = DeskAuthMiddleware(URLRouter(websocket_urlpatterns))
application = GracefulShutdown(
    ProtocolTypeRouter({"http": BoundedBodies(django_application), "websocket": sockets}), hand_over=hand_over
)
