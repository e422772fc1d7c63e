"""Where pages that show recordings may load video and pictures from: the object store, as browsers reach it."""

from urllib.parse import urlsplit

from django.conf import settings


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


STORE_ORIGIN = _origin(settings.S3_PUBLIC_ENDPOINT_URL)
PICTURE_POLICY = {"img-src": STORE_ORIGIN}
MEDIA_POLICY = {"media-src": ["'self'", STORE_ORIGIN], **PICTURE_POLICY}
