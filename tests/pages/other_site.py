"""A site of somebody else, which says to each path what a test wants it to say, byte by byte."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress

Answer = bytes | Callable[[socket.socket], None]
PNG = b"\x89PNG\r\n\x1a\n" + b"of another site"


def answer(body: bytes = PNG, *, kind: str = "image/png", status: str = "200 OK", **headers: str) -> bytes:
    """`max_age="5"` is the header `max-age: 5`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    said = {"content-type": kind, "content-length": str(len(body)), **named}
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


class OtherSite:
    """`asked` has the heads of requests as they came."""

    def __init__(self, address: str = "127.0.0.1", *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.tls = tls
        self.server = socketserver.ThreadingTCPServer((address, port), self._handler())
        self.server.daemon_threads = True
        self.address, self.port = self.server.server_address[:2]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str, *, host: str = "localhost") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [head.split(" ")[1] for head in self.asked]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[socketserver.BaseRequestHandler]:
        site = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    line = site.tls.wrap_socket(self.request, server_side=True) if site.tls else self.request
                    site.serve(line)
                    line.close()

        return Handler

    def serve(self, line: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            data = line.recv(65536)
            if not data:
                return
            head += data
        self.asked.append(head.decode("latin-1"))
        said = self.answers.get(self.asked[-1].split(" ")[1], answer(b"", status="404 Not Found"))
        if callable(said):
            said(line)
        else:
            line.sendall(said)
