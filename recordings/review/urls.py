from django.urls import path

from recordings.keeping import views as keeping_views
from recordings.review import export_views, list_views, panel_views, playback, views

urlpatterns = [
    path("", list_views.recording_list, name="recordings"),
    path("views/", list_views.save_view, name="recording_save_view"),
    path("views/<uuid:view_id>/delete/", list_views.delete_view, name="recording_delete_view"),
    path("states/", views.states, name="recording_states"),
    path("session/<uuid:session_id>/", views.of_session, name="recording_of_session"),
    path("<uuid:recording_id>/", views.review, name="recording"),
    path("<uuid:recording_id>/state/", views.state, name="recording_state"),
    path("<uuid:recording_id>/retry/", views.retry, name="recording_retry"),
    path("<uuid:recording_id>/video/", views.video, name="recording_video"),
    path("<uuid:recording_id>/notes/", panel_views.add_note_view, name="recording_add_note"),
    path(
        "<uuid:recording_id>/notes/<uuid:note_id>/delete/", panel_views.delete_note_view, name="recording_delete_note"
    ),
    path("<uuid:recording_id>/scores/<uuid:scorecard_id>/", panel_views.score_view, name="recording_score"),
    path("<uuid:recording_id>/download/", views.download, name="recording_download"),
    path("<uuid:recording_id>/archive/<int:first>/<int:last>/", playback.archive, name="recording_archive"),
    path("<uuid:recording_id>/outline/", playback.outline, name="recording_outline"),
    path("<uuid:recording_id>/log/<int:start>/<int:size>/", playback.log, name="recording_log"),
    path("<uuid:recording_id>/moments/", playback.moments, name="recording_moments"),
    path("<uuid:recording_id>/thumbnail/", playback.thumbnail, name="recording_thumbnail"),
    path("<uuid:recording_id>/filmstrip/", playback.filmstrip, name="recording_filmstrip"),
    path("<uuid:recording_id>/export/<slug:kind>/", export_views.export, name="recording_export"),
    path("<uuid:recording_id>/hold/", keeping_views.hold, name="recording_hold"),
    path("<uuid:recording_id>/hold/release/", keeping_views.release, name="recording_release"),
    path("<uuid:recording_id>/delete/", keeping_views.delete, name="recording_delete"),
]
