"""JSON bodies of bounded size."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.parsers import JSONParser


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"


class BoundedJSONParser(JSONParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        most = settings.API_BODY_BYTES_MAX
        body = stream.read(most + 1)
        if len(body) > most:
            raise BodyTooLarge(_("The body is larger than %(most)d bytes: send less at once.") % {"most": most})
        return super().parse(BytesIO(body), media_type, parser_context)
