from django.urls import path

from assist.links.views import land_view, refuse_view

urlpatterns = [
    path("land/", land_view, name="assist-link-land"),
    path("refuse/", refuse_view, name="assist-link-refuse"),
]
