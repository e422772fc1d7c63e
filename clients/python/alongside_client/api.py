"""The calls of the desk that a visitor's application makes over HTTP."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 30
ANSWER_MAX_BYTES = 1024 * 1024


class Problem(Exception):
    """`code` is stable; the text is for the visitor, in the visitor's language."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True)
class Landed:
    """What the visitor reads before agreeing."""

    token: str
    landing: str
    tenant_name: str
    agent_name: str
    consent_text: str
    consent_sha256: str
    request_id: str


@dataclass(frozen=True)
class Redeemed:
    session_id: str
    channel_token: str
    socket_url: str


@dataclass(frozen=True)
class Api:
    """`desk` is the desk's public address, `origin` the one that the application is known by (`allowed_origins`)."""

    desk: str
    public_key: str
    origin: str
    language: str = "en"

    async def ask(self, **fields: Any) -> dict[str, Any]:
        """`{request_id, request_token, state, message, expires_at}`. Raise Problem, as all calls do."""
        return await self._post("/assist/requests/", fields)

    async def cancel(self, request_id: str, token: str) -> None:
        await self._post(f"/assist/requests/{request_id}/cancel/", {}, token=token)

    async def land(self, token: str) -> Landed:
        return Landed(token=token, **await self._post("/assist/links/land/", {"token": token}))

    async def redeem(self, landed: Landed) -> Redeemed:
        fields = {"token": landed.token, "landing": landed.landing, "consent_sha256": landed.consent_sha256}
        answer = await self._post("/assist/links/redeem/", fields)
        return Redeemed(answer["session_id"], answer["channel_token"], answer["socket_url"])

    async def refuse(self, landed: Landed) -> None:
        await self._post("/assist/links/refuse/", {"token": landed.token, "landing": landed.landing})

    async def upload(self, session: Redeemed, *, sha256: str, content_type: str, data: bytes) -> None:
        """An asset that the desk wants."""
        path = f"/assist/assets/{session.session_id}/{sha256}/"
        headers = {"Content-Type": content_type, "Authorization": f"Bearer {session.channel_token}"}
        await asyncio.to_thread(self._send, "PUT", path, headers, data)

    def request_socket(self, request_id: str) -> str:
        return f"{self.desk.replace('http', 'ws', 1)}/ws/assist/request/{request_id}/?language={self.language}"

    async def _post(self, path: str, fields: dict[str, Any], *, token: str = "") -> dict[str, Any]:
        common = {} if token else {"public_key": self.public_key, "language": self.language}
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        body = await asyncio.to_thread(self._send, "POST", path, headers, json.dumps({**common, **fields}).encode())
        answer: dict[str, Any] = json.loads(body) if body else {}
        return answer

    def _send(self, method: str, path: str, headers: dict[str, str], data: bytes) -> bytes:
        headers = {**headers, "Origin": self.origin, "Accept-Language": self.language}
        request = Request(self.desk + path, data=data, headers=headers, method=method)  # noqa: S310
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                body: bytes = answer.read(ANSWER_MAX_BYTES)
                return body
        except HTTPError as error:
            raise _problem(error.read(ANSWER_MAX_BYTES)) from None
        except (URLError, TimeoutError, ConnectionError) as error:
            raise Problem("network", str(error)) from None


def _problem(body: bytes) -> Problem:
    try:
        said = json.loads(body)
        return Problem(str(said["code"]), str(said["detail"]))
    except (ValueError, KeyError, TypeError):
        return Problem("network", body[:200].decode("utf-8", "replace"))
