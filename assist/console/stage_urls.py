"""All that the stage origin serves, beside the static files."""

from django.urls import path, register_converter

from assist.console.stage_views import asset, stage


class Sha256Converter:
    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Sha256Converter, "sha256")

urlpatterns = [
    path("stage/<str:ticket>/", stage),
    path("stage/<str:ticket>/assets/<sha256:sha256>", asset),
]
