"""JSON bodies of bounded size."""

import codecs
import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

from helpdesk.api.places import Place
from helpdesk.api.problems import PlacedDetail


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"


class BadJson(ParseError):
    """The body is no JSON; the answer says at which line and column it stops being some."""

    def __init__(self, error: json.JSONDecodeError) -> None:
        super().__init__()
        text = _("This is not JSON: %(what)s.") % {"what": error.msg}
        self.detail = PlacedDetail(text, "parse_error")
        self.detail.place = Place(line=error.lineno, column=error.colno)


class BoundedJSONParser(JSONParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return self.value_of(_body(stream), media_type, parser_context)

    def value_of(self, body: bytes, media_type: str | None, parser_context: Mapping[str, Any] | None) -> Any:
        """Raise ParseError."""
        try:
            return super().parse(BytesIO(body), media_type, parser_context)
        except ParseError as error:
            if isinstance(error.__context__, json.JSONDecodeError):
                raise BadJson(error.__context__) from None
            raise
        except RecursionError:
            raise ParseError(_("The values stand too deep in one another.")) from None


@dataclass(frozen=True)
class JsonText:
    """What was sent, and what it says."""

    text: str
    value: Any


class JsonTextParser(BoundedJSONParser):
    """For documents whose errors are told by line and column: the data of the request is a `JsonText`."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = _body(stream)
        value = self.value_of(body, media_type, parser_context)
        encoding = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
        return JsonText(codecs.decode(body, encoding), value)


def _body(stream: IO[Any]) -> bytes:
    most = settings.API_BODY_BYTES_MAX
    body: bytes = stream.read(most + 1)
    if len(body) > most:
        raise BodyTooLarge(_("The body is larger than %(most)d bytes: send less at once.") % {"most": most})
    return body
