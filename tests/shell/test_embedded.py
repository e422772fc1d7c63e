"""Embedded does not mean open: loopback only, a secret for everything, private files, and no process left behind."""

import http.client
import os
import socket
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from botocore.exceptions import ClientError

from helpdesk.embedded import postgres
from helpdesk.embedded.process import Account
from helpdesk.embedded.store import client
from helpdesk.embedded.supervisor import AlreadyRunning, Services, running_environment
from tests.shell import proc
from tests.shell.conftest import temporary_home

STORE_LISTENERS = 8
PATHS = (
    "/",
    "/status",
    "/dir/status",
    "/dir/assign",
    "/dir/lookup?volumeId=1",
    "/1,01",
    "/buckets/",
    "/metrics",
    "/ui",
)


class Running:
    """Services of a home of their own with what they gave out."""

    def __init__(self, home: Path) -> None:
        self.services = Services(home)
        self.given = self.services.start(given={})
        self.leaders = {child.process.pid for child in self.services._children if child.process}

    def port(self, variable: str) -> int:
        return int(self.given[variable].rpartition("@")[2].rpartition("/")[0].rpartition(":")[2])


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with temporary_home() as home:
        started = Running(home)
        yield started
        started.services.stop()


def test_every_listener_is_on_loopback(running: Running) -> None:
    found = proc.listeners(proc.members(running.leaders))
    assert {address for address, _ in found} == {"127.0.0.1"}
    assert len(found) == STORE_LISTENERS + 2


def test_postgres_refuses_without_right_password(running: Running) -> None:
    url = running.given["DATABASE_URL"]
    port = running.port("DATABASE_URL")
    for wrong in (
        f"postgres://alongside_app@127.0.0.1:{port}/alongside",
        f"postgres://alongside_super@127.0.0.1:{port}/postgres",
    ):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("alongside_app",)


def test_postgres_keeps_passwords_as_scram_and_trusts_nobody(running: Running) -> None:
    server = running.services.parts["DATABASE_URL"]
    with server.connect("postgres") as connection:
        rules = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
        hashes = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolcanlogin").fetchall()
    assert rules == [("scram-sha-256",)]
    assert len(hashes) == 4
    assert all(value.startswith("SCRAM-SHA-256$") for (value,) in hashes)


def test_valkey_refuses_without_password_and_keeps_everything(running: Running) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=running.port("REDIS_URL")).ping()
    valkey = redis.Redis.from_url(running.given["REDIS_URL"])
    assert valkey.config_get("appendonly") == {"appendonly": "yes"}
    assert valkey.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_store_gives_nothing_without_key_on_any_port(running: Running) -> None:
    keyed = client(running.given)
    keyed.put_object(Bucket=running.given["S3_BUCKET"], Key="kept", Body=b"only for us")
    assert keyed.get_object(Bucket=running.given["S3_BUCKET"], Key="kept")["Body"].read() == b"only for us"
    s3_port = running.services.parts["S3_ENDPOINT_URL"].port
    others = {running.port("DATABASE_URL"), running.port("REDIS_URL"), s3_port}
    inner = {port for _, port in proc.listeners(proc.members(running.leaders))} - others
    assert len(inner) == STORE_LISTENERS - 1
    for port in inner:
        assert not plain_answers(port), port
        assert not tls_answers(port), port
    for path in ("/", "/alongside", "/alongside/kept", "/alongside/?list-type=2"):
        assert plain_get(s3_port, path)[0] == 403, path


def test_store_refuses_wrong_secret(running: Running) -> None:
    wrong = client({**running.given, "AWS_SECRET_ACCESS_KEY": "wrong"})
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        wrong.list_buckets()


def test_files_are_private(running: Running) -> None:
    home = running.services.home
    assert stat.S_IMODE(home.stat().st_mode) == 0o711
    files = [path for path in home.iterdir() if path.is_file()]
    folders = [path for path in home.iterdir() if path.is_dir()]
    assert files
    assert folders
    assert [path for path in files if path.stat().st_mode & 0o077] == []
    assert [path for path in folders if path.stat().st_mode & 0o077] == []


def test_unreachable_home_sends_postgres_to_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "OUTSIDE", tmp_path / "outside")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in ("a", "b"):
        (closed / name).mkdir()
    stranger = Account(uid=os.getuid() + 1, gid=os.getgid() + 1)
    before = {path: path.stat().st_mode for path in (tmp_path, closed)}
    first, second = (postgres.reachable_folder(closed / name, stranger) for name in ("a", "b"))
    assert first.parent == second.parent == tmp_path / "outside"
    assert first != second
    assert postgres.reachable_folder(closed / "a", Account()) == closed / "a" / "postgres"
    assert {path: path.stat().st_mode for path in before} == before


def test_home_in_use_is_refused_and_can_be_joined(running: Running) -> None:
    with pytest.raises(AlreadyRunning):
        Services(running.services.home).start(given={})
    assert running_environment(running.services.home) == running.given


def test_given_service_is_not_started(running: Running, home: Path) -> None:
    services = Services(home)
    given = {name: running.given[name] for name in ("DATABASE_URL", "S3_ENDPOINT_URL", "SECRET_KEY")}
    try:
        assert set(services.start(given=given)) == {"REDIS_URL"}
        assert [child.name for child in services._children] == ["valkey"]
    finally:
        services.stop()


def plain_answers(port: int) -> bool:
    """True if any path gives a success without encryption."""
    return any(plain_get(port, path)[0] in range(200, 400) for path in PATHS)


def plain_get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body; status 0 if there is no HTTP answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def tls_answers(port: int) -> bool:
    """True if one byte comes back over TLS from a client without a certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=3) as raw, context.wrap_socket(raw) as encrypted:
            encrypted.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return bool(encrypted.recv(1))
    except OSError:
        return False
