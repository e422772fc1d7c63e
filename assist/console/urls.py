from django.urls import path

from assist.console import views

urlpatterns = [
    path("", views.assist_list, name="assist_list"),
    path("rows/", views.assist_rows, name="assist_rows"),
    path("requests/<uuid:request_id>/accept/", views.accept, name="assist_accept"),
    path("requests/<uuid:request_id>/decline/", views.decline, name="assist_decline"),
    path("<uuid:session_id>/", views.console, name="assist_console"),
    path("<uuid:session_id>/end/", views.end, name="assist_end"),
]
