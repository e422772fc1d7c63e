"""An application whose answer fails after its first piece, served as the real one is."""

from collections.abc import AsyncIterator
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, StreamingHttpResponse

from helpdesk.asgi import application as whole
from helpdesk.tenants.context import run_without_tenant

assert whole  # its import sets everything up


class Broken(ASGIHandler):
    async def get_response_async(self, request: HttpRequest) -> Any:
        return StreamingHttpResponse(_pieces())


async def _pieces() -> AsyncIterator[bytes]:
    yield b"first"
    await run_without_tenant(_fail)


def _fail() -> None:
    raise OSError("the object store is away")


application = Broken()
