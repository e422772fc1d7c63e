from django.urls import path

from recordings.share import views

urlpatterns = [
    path("", views.page, name="shared"),
    path("look/", views.look, name="shared_look"),
    path("begin/", views.begin, name="shared_begin"),
    path("video/", views.video, name="shared_video"),
]
