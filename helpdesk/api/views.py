"""Answers that belong to no resource."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class UnknownAddress(APIView):
    """A problem instead of a page for addresses below `/api/v1/` that do not exist."""

    schema = None
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound

    def get(self, request: Request) -> Response:
        raise NotFound
