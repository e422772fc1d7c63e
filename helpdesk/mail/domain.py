"""The domain that our Message-IDs carry."""

from urllib.parse import urlsplit

from django.conf import settings


def mail_domain() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
