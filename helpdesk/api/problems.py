"""Errors as problem details (RFC 9457), the same for the REST API and for what visitors' pages call.

`{"type", "title", "status", "detail", "code", "errors": [{"code", "detail", "pointer"}]}`; `code` is stable. An error
also has `line` and `column` where its place in the text that was sent is known.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from helpdesk.api.places import Place
from helpdesk.tenants.streaming import RETRY_SECONDS, STREAMS_A_TENANT, TooManyStreams

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:alongside:problem:"


class Conflict(exceptions.APIException):
    """The thing is not in a state for this; give a stable `code`."""

    status_code = 409
    default_code = "conflict"


class Waits(exceptions.APIException):
    """Not now: the caller is told after how many seconds to try again."""

    wait = RETRY_SECONDS - 1  # the header names a second more


class PlacedDetail(exceptions.ErrorDetail):
    """A detail that knows where in the text that was sent it belongs."""

    place: Place = {}


def problem(
    status: int, *, code: str, detail: str, errors: Sequence[Mapping[str, str | int]] = (), **members: Any
) -> dict[str, Any]:
    """The body of a problem; `members` are further ones that belong to this code."""
    title = HTTPStatus(status).phrase
    body = {"type": TYPE_PREFIX + code, "title": title, "status": status, "detail": detail, "code": code}
    return {**body, "errors": list(errors), **members}


def problem_response(status: int, *, code: str, detail: str, **members: Any) -> JsonResponse:
    """For plain Django views; API views raise an `APIException` instead."""
    body = problem(status, code=code, detail=detail, **members)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def problem_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """What the REST framework answers when a view raises."""
    known = _as_api_exception(error)
    if known is None:
        return _unexpected(error, context)
    body = problem(known.status_code, code=_code_of(known), detail=_detail_of(known), errors=list(_errors_of(known)))
    return _response(body, headers=_headers_of(known))


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, DjangoPermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, TooManyStreams):
        return _too_many(error)
    return error if isinstance(error, exceptions.APIException) else None


def _too_many(error: TooManyStreams) -> Waits:
    refused = Waits(words_of(error), code="too_many_exports" if error.is_of_tenant else "busy")
    refused.status_code = HTTPStatus.TOO_MANY_REQUESTS if error.is_of_tenant else HTTPStatus.SERVICE_UNAVAILABLE
    return refused


def words_of(error: TooManyStreams) -> str:
    """What happened and when to try again, for people and programs."""
    if error.is_of_tenant:
        text = _(
            "%(count)s exports of your organisation are under way, as many as may be at once: try again when one of "
            "them has ended, or in %(seconds)s seconds."
        )
        return text % {"count": STREAMS_A_TENANT, "seconds": RETRY_SECONDS}
    text = _("The desk makes as many exports as it can at once: try again in %(seconds)s seconds.")
    return text % {"seconds": RETRY_SECONDS}


def _unexpected(error: Exception, context: Mapping[str, Any]) -> Response:
    got_request_exception.send(sender=None, request=context["request"]._request)
    logger.error("call failed", exc_info=error)
    detail = _("Something went wrong on our side. Try again; if it stays, tell your operator the time of this call.")
    return _response(problem(500, code="server_error", detail=detail), headers={})


def _code_of(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code


def _detail_of(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return _("Some of what was sent is not valid: see “errors”, correct it and send it again.")
    if isinstance(error, exceptions.NotFound):
        return _("There is nothing here that this token may see: check the address and the id.")
    if isinstance(error, exceptions.UnsupportedMediaType):
        return _("Send the body as JSON, with the header “Content-Type: application/json”.")
    return str(error.detail)


def _errors_of(error: exceptions.APIException) -> Iterator[dict[str, str | int]]:
    if isinstance(error, exceptions.ValidationError) or isinstance(error.detail, PlacedDetail):
        yield from _flattened(error.detail, pointer="#")


def _flattened(detail: Any, *, pointer: str) -> Iterator[dict[str, str | int]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = pointer if name == "non_field_errors" else f"{pointer}/{name}"
            yield from _flattened(inner, pointer=own)
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _flattened(inner, pointer=f"{pointer}/{number}" if nested else pointer)
    else:
        place = getattr(detail, "place", {})
        yield {"code": str(getattr(detail, "code", "invalid")), "detail": str(detail), "pointer": pointer, **place}


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    headers = {"WWW-Authenticate": str(getattr(error, "auth_header", ""))}
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    return {name: value for name, value in headers.items() if value}


def _response(body: dict[str, Any], *, headers: dict[str, str]) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)
