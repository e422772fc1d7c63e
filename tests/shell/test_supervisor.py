"""Starts, ends and kills: no process stays, data does, and what fails is named."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from helpdesk.embedded import ports, processes
from helpdesk.embedded.process import Child, ServiceFailed, wait_until_ready
from helpdesk.embedded.store import client
from helpdesk.embedded.supervisor import Services, running_environment
from tests.shell import proc

UP = [sys.executable, "-m", "helpdesk.embedded", "up"]
NOTHING_GIVEN = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_JOBS_URL",
    "REDIS_URL",
    "S3_ENDPOINT_URL",
    "SECRET_KEY",
)


def start_up(home: Path) -> "subprocess.Popen[str]":
    """`python -m helpdesk.embedded up` for a home, up and running."""
    environment = {**os.environ, **dict.fromkeys(NOTHING_GIVEN, ""), "ALONGSIDE_HOME": str(home)}
    process = subprocess.Popen(UP, cwd=processes.ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "up" in process.stdout.readline()
    return process


def write_and_read(home: Path) -> int:
    """Add a row to a table and an object to the bucket; how many there are now of both (they agree)."""
    given = running_environment(home)
    assert given is not None
    with psycopg.connect(given["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id serial)")
        connection.execute("INSERT INTO kept DEFAULT VALUES")
        (rows,) = connection.execute("SELECT count(*) FROM kept").fetchone() or (0,)
    store = client(given)
    store.put_object(Bucket=given["S3_BUCKET"], Key=f"kept/{rows}", Body=b"x" * 100_000)
    objects = store.list_objects_v2(Bucket=given["S3_BUCKET"], Prefix="kept/")["Contents"]
    assert [store.get_object(Bucket=given["S3_BUCKET"], Key=o["Key"])["Body"].read(1) for o in objects] == [b"x"] * rows
    return int(rows)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_stays_and_data_does(home: Path, ending: int) -> None:
    process = start_up(home)
    assert write_and_read(home) == 1
    leaders = proc.children_of(process.pid)
    assert len(leaders) == 3
    process.send_signal(ending)
    process.wait(20)
    proc.wait_for(lambda: not proc.members(leaders), seconds=15, what="all processes are gone")
    began = time.monotonic()
    again = start_up(home)
    sys.stdout.write(f"second start of the services: {time.monotonic() - began:.1f} s\n")
    try:
        assert write_and_read(home) == 2
    finally:
        again.terminate()
        again.wait(20)


def test_taken_port_gives_another_and_is_remembered(home: Path) -> None:
    port = valkey_port(home)
    with socket.create_server((ports.HOST, port)):
        other = valkey_port(home)
    assert other != port
    assert valkey_port(home) == other


def valkey_port(home: Path) -> int:
    """The port that Valkey answered on when it was started for this home, and stopped again."""
    services = Services(home)
    given = {name: "given" for name in NOTHING_GIVEN if name != "REDIS_URL"}
    try:
        url = services.start(given=given)["REDIS_URL"]
        assert redis.Redis.from_url(url).ping()
    finally:
        services.stop()
    return int(url.rpartition(":")[2].partition("/")[0])


def test_broken_service_is_named_with_its_log(home: Path) -> None:
    (home / "valkey").mkdir()
    (home / "valkey" / "appendonlydir").write_text("a file where a folder belongs")
    services = Services(home)
    with pytest.raises(ServiceFailed, match=r"(?s)^valkey ended with status 1\..*appendonlydir"):
        services.start(given={})
    assert services._children == []


def test_broken_service_ends_command_with_status_and_words(home: Path) -> None:
    (home / "valkey").mkdir()
    (home / "valkey" / "appendonlydir").write_text("")
    given = {**os.environ, "ALONGSIDE_HOME": str(home), "REDIS_URL": ""}
    done = subprocess.run(UP, cwd=processes.ROOT, env=given, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("valkey ended")
    assert "Traceback" not in done.stderr


def test_silent_service_is_named_after_its_time(home: Path) -> None:
    command = [sys.executable, "-c", "import time; print('not today', flush=True); time.sleep(60)"]
    silent = Child("silent", command, home / "log", ready=lambda: 1 / 0, timeout_seconds=1)
    silent.start()
    try:
        with pytest.raises(ServiceFailed, match=r"(?s)^silent did not answer within 1 s.*not today"):
            wait_until_ready([silent])
    finally:
        silent.stop()
