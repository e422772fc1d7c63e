"""`python -m helpdesk.mail.catcher SMTP_PORT PAGE_PORT FOLDER`: a real SMTP server that keeps every mail, and a page.

Both listen on 127.0.0.1 and ask for MAIL_USER and MAIL_PASSWORD: mails hold invite links. A mail is one file in
FOLDER, so it survives a restart. Meant for `make run`; elsewhere EMAIL_URL names a mail server.
"""

import base64
import email
import email.policy
import hmac
import os
import re
import sys
import time
from email.message import EmailMessage
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
LINK = re.compile(r"https?://[^\s<>\"']+")
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui;max-width:48rem;margin:2rem auto;padding:0 1rem}}pre{{white-space:pre-wrap}}
td{{padding:.2rem 1rem .2rem 0}}</style><h1>{title}</h1>{body}</html>"""


class Box:
    """The folder of caught mails, newest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, content: bytes) -> None:
        """Write a mail in one step, readable by us only."""
        name = f"{time.time_ns():020d}.eml"
        draft = self.folder / f"{name}.new"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        draft.rename(self.folder / name)

    def names(self) -> list[str]:
        """Names of all mails."""
        return sorted((path.stem for path in self.folder.glob("*.eml")), reverse=True)

    def read(self, name: str) -> EmailMessage | None:
        """The mail of this name, None if there is none."""
        if name not in self.names():
            return None
        content = (self.folder / f"{name}.eml").read_bytes()
        return email.message_from_bytes(content, policy=email.policy.default)


class Handler:
    """aiosmtpd's receiving end."""

    def __init__(self, box: Box) -> None:
        self.box = box

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail."""
        self.box.keep(envelope.original_content or b"")
        return "250 Message accepted for delivery"


class PageHandler(BaseHTTPRequestHandler):
    """The list at `/`, a mail at `/NAME`."""

    def __init__(self, *args: Any, box: Box, secret: bytes, **kwargs: Any) -> None:
        self.box, self.secret = box, secret
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """Answer with the page, 401 without the password, 404 for an unknown mail."""
        given = self.headers.get("Authorization", "").removeprefix("Basic ").encode()
        if not hmac.compare_digest(given, base64.b64encode(self.secret)):
            return self._send(HTTPStatus.UNAUTHORIZED, "Sign in", "")
        name = self.path.strip("/")
        mail = self.box.read(name) if name else None
        if name and mail is None:
            return self._send(HTTPStatus.NOT_FOUND, "There is no such mail", "")
        return self._send(
            HTTPStatus.OK, str(mail["subject"]) if mail else "Mails", show(mail) if mail else self._list()
        )

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged for each request."""

    def _list(self) -> str:
        rows = [row(name, mail) for name in self.box.names() if (mail := self.box.read(name))]
        return f"<table>{''.join(rows)}</table>" if rows else "<p>No mail yet.</p>"

    def _send(self, status: HTTPStatus, title: str, body: str) -> None:
        content = PAGE.format(title=escape(title), body=body).encode()
        self.send_response(status)
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="mails"')
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(content)


def row(name: str, mail: EmailMessage) -> str:
    """One line of the list."""
    cells = [str(mail["date"] or ""), str(mail["to"] or "")]
    columns = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr>{columns}<td><a href="/{name}">{escape(str(mail["subject"] or "(no subject)"))}</a></td></tr>'


def show(mail: EmailMessage) -> str:
    """Headers and text of a mail, with its links."""
    fields = "".join(
        f"<tr><td>{name}</td><td>{escape(str(mail[name] or ''))}</td></tr>" for name in ("From", "To", "Date")
    )
    part = mail.get_body(preferencelist=("plain",))
    text = str(part.get_content()) if part else ""
    return f"<table>{fields}</table><pre>{with_links(text)}</pre>"


def with_links(text: str) -> str:
    """The text as HTML, its web addresses as links."""
    pieces, end = [], 0
    for match in LINK.finditer(text):
        address = escape(match.group())
        pieces += [escape(text[end : match.start()]), f'<a href="{address}">{address}</a>']
        end = match.end()
    return "".join([*pieces, escape(text[end:])])


def check_password(secret: bytes, given: Any) -> AuthResult:
    """Accept the one user."""
    fits = isinstance(given, LoginPassword) and hmac.compare_digest(given.login + b":" + given.password, secret)
    return AuthResult(success=fits)


def main(smtp_port: str, page_port: str, folder: str) -> None:
    """Serve until the process is ended."""
    secret = f"{os.environ['MAIL_USER']}:{os.environ['MAIL_PASSWORD']}".encode()
    box = Box(Path(folder))
    Controller(
        Handler(box),
        hostname=HOST,
        port=int(smtp_port),
        auth_required=True,
        auth_require_tls=False,
        authenticator=lambda server, session, envelope, mechanism, data: check_password(secret, data),
    ).start()
    pages = ThreadingHTTPServer((HOST, int(page_port)), partial(PageHandler, box=box, secret=secret))
    sys.stdout.write(f"listening on {smtp_port} and {page_port}\n")
    sys.stdout.flush()
    pages.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
