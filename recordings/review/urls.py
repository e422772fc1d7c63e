from django.urls import path

from recordings.keeping import views as keeping_views
from recordings.review import export_views, views

urlpatterns = [
    path("", views.recording_list, name="recordings"),
    path("session/<uuid:session_id>/", views.of_session, name="recording_of_session"),
    path("<uuid:recording_id>/", views.review, name="recording"),
    path("<uuid:recording_id>/state/", views.state, name="recording_state"),
    path("<uuid:recording_id>/retry/", views.retry, name="recording_retry"),
    path("<uuid:recording_id>/video/", views.video, name="recording_video"),
    path("<uuid:recording_id>/archive/<int:number>/", views.archive_segment, name="recording_archive"),
    path("<uuid:recording_id>/export/<slug:kind>/", export_views.export, name="recording_export"),
    path("<uuid:recording_id>/hold/", keeping_views.hold, name="recording_hold"),
    path("<uuid:recording_id>/hold/release/", keeping_views.release, name="recording_release"),
    path("<uuid:recording_id>/delete/", keeping_views.delete, name="recording_delete"),
]
