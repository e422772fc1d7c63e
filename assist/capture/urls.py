from django.urls import path

from assist.capture.views import capture_view, loader_view, rest_view

urlpatterns = [
    path("loader.js", loader_view, name="assist-loader"),
    path("loader/<str:digest>.js", rest_view, name="assist-loader-rest"),
    path("capture/<uuid:session_id>/<str:sha256>.js", capture_view, name="assist-capture"),
]
