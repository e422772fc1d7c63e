from django.urls import path

from recordings.share import desk_views

urlpatterns = [
    path("<uuid:recording_id>/shares/", desk_views.shares, name="recording_shares"),
    path("<uuid:recording_id>/shares/<uuid:link_id>/revoke/", desk_views.revoke, name="recording_share_revoke"),
]
