from django.urls import path

from assist.requests.views import cancel_view, create_view

urlpatterns = [
    path("", create_view, name="assist-request-create"),
    path("<uuid:request_id>/cancel/", cancel_view, name="assist-request-cancel"),
]
