"""A reader who takes nothing of an answer that is streamed: it waits, and then it is ended."""

import socket
import urllib.request
from pathlib import Path

from tests.bounds.pouring import PIECES
from tests.webserver import WebServer


def test_streamed_answer_waits_for_its_reader_and_then_ends(tmp_path: Path) -> None:
    web = WebServer(tmp_path, application="tests.bounds.pouring:application")
    web.start()

    def asked(path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{web.port}{path}", timeout=30) as answer:
            return int(answer.read())

    try:
        with socket.create_connection(("127.0.0.1", web.port), timeout=20) as reader:
            reader.sendall(b"GET /pour HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert reader.recv(15) == b"HTTP/1.1 200 OK"
            # Whoever does not wait has written all of it before anybody else is answered.
            assert 0 < asked("/sent") < PIECES
            assert asked("/left") < PIECES
    finally:
        web.stop()
