from django.urls import path

from assist.channel.answer_views import frame_view, join_view, redeem_view

urlpatterns = [
    path("redeem/", redeem_view, name="assist-link-redeem"),
    path("join/", join_view, name="assist-link-join"),
    path("frame/", frame_view, name="assist-link-frame"),
]
