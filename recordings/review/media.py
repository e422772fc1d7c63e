"""Where pages that show recordings may load video from: the object store, as browsers reach it."""

from urllib.parse import urlsplit

from django.conf import settings


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


MEDIA_POLICY = {"media-src": ["'self'", _origin(settings.S3_PUBLIC_ENDPOINT_URL)]}
