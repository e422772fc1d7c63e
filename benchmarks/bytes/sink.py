"""What `@openreplay/tracker` talks to: begins a session, and counts what comes."""

import contextlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any

from tests.apps.serving import Applications
from tests.capture import sites

INGEST = "/openreplay/v1/web/"


@dataclass
class Sink:
    """Bytes of the bodies, by the last part of the path: `i` are batches of messages, `images` canvases."""

    origin: str = ""
    bodies: dict[str, int] = field(default_factory=dict)


class Answering(Applications):
    """The applications, and on the same origin the tracker's server. Answers as the tracker's code reads them."""

    def __init__(self, *args: Any, sink: Sink, **kwargs: Any) -> None:
        self.sink = sink
        super().__init__(*args, **kwargs)

    def do_POST(self) -> None:
        if not self.path.startswith(INGEST):
            return super().do_POST()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.path.removeprefix(INGEST).split("?")[0]
        self.sink.bodies[kind] = self.sink.bodies.get(kind, 0) + len(body)
        self.answer(session() if kind == "start" else {})

    def do_GET(self) -> None:
        if self.path.startswith(INGEST):
            return self.answer({"tags": []})
        super().do_GET()

    def answer(self, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # a page that is gone does not wait
            self.wfile.write(body)


def session() -> dict[str, Any]:
    return {
        "token": "token",
        "userUUID": "7a5b5d2c-0000-4000-8000-000000000000",
        "projectID": 1,
        "sessionID": "1",
        "delay": 0,
        "startTimestamp": int(time.time() * 1000),
        "beaconSizeLimit": 1_000_000,
        "canvasEnabled": True,
        "canvasQuality": "medium",
        "canvasFPS": 2,
        "framesSupport": True,
    }


@contextmanager
def served() -> Iterator[Sink]:
    sink = Sink()
    with sites.served(partial(Answering, sink=sink)) as origin:
        sink.origin = origin
        yield sink
