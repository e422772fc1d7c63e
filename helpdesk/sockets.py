"""Every WebSocket route of the project, in the order of the flow."""

from django.urls import URLPattern, path

from assist.channel.consumers import VisitorConsumer
from assist.pages.consumers import ConsoleConsumer
from assist.pages.uploads import UploadConsumer
from assist.requests.consumers import RequestConsumer
from helpdesk.desk.consumers import DeskConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/assist/request/<uuid:request_id>/", RequestConsumer.as_asgi()),
    path("ws/assist/visitor/<uuid:session_id>/", VisitorConsumer.as_asgi()),
    path("ws/assist/assets/<uuid:session_id>/", UploadConsumer.as_asgi()),
    path("ws/assist/console/<uuid:session_id>/", ConsoleConsumer.as_asgi()),
    path("ws/desk/", DeskConsumer.as_asgi()),
]
