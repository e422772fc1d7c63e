"""A bad line between a network namespace, where the visitor is, and this machine.

Two TUN devices, one on each side, with a token bucket (`tc tbf`) for the rate; a process of its own carries the
packets over, each later by half of the round trip, and loses some. Needs root, `ip` and `tc`.
"""

import contextlib
import ctypes
import fcntl
import heapq
import os
import random
import select
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
TUN_SET_INTERFACE = 0x400454CA
TUN, NO_PACKET_INFO = 0x1, 0x1000
NEW_NETWORK = 0x40000000
QUEUE_MS = 500  # as long as a packet waits at most in the device's queue, as in a plain home router
BURST_BYTES = 3000
PROBES, PROBE_EVERY_S, PROBE_WAIT_S = 300, 0.02, 1.0
FLOOD_S = 4.0


@dataclass(frozen=True)
class Line:
    kbits: int = 256
    round_trip_ms: int = 150
    loss: float = 0.01


@dataclass(frozen=True)
class Checked:
    """What the line's own ping and flood say."""

    round_trip_ms: float
    lost: float
    up_kbits: float


class Link:
    """`host` is this machine as the visitor's side sees it; `run` prefixes a command to run at the visitor's side."""

    def __init__(self, line: Line) -> None:
        self.line = line
        number = os.getpid() % 16000
        self.space = f"alongside{number}"
        self.device = f"along{number}"
        self.host = f"10.{200 + number // 4000}.{number % 4000 // 16}.{number % 16 * 16 + 1}"
        self.guest = self.host[: self.host.rindex(".") + 1] + str(int(self.host.rsplit(".", 1)[1]) + 1)

    @property
    def run(self) -> list[str]:
        return [shutil.which("ip") or "ip", "netns", "exec", self.space]

    def inside(self, work: Callable[[], T]) -> T:
        """What `work` answers when it runs in the visitor's namespace."""
        answers: list[T] = []
        thread = threading.Thread(target=lambda: answers.append(_entered(self.space, work)))
        thread.start()
        thread.join()
        return answers[0]

    def set_up(self) -> None:
        for inner in (False, True):
            ip = ["ip", "-n", self.space] if inner else ["ip"]
            address, peer = (self.guest, self.host) if inner else (self.host, self.guest)
            _do(*ip, "address", "add", address, "peer", peer, "dev", self.device)
            _do(*ip, "link", "set", self.device, "up")
            if inner:
                _do(*ip, "link", "set", "lo", "up")
            tc = ["tc", "-n", self.space] if inner else ["tc"]
            rate = ["rate", f"{self.line.kbits}kbit", "burst", str(BURST_BYTES), "latency", f"{QUEUE_MS}ms"]
            _do(*tc, "qdisc", "add", "dev", self.device, "root", "tbf", *rate)
        # By loss, as most visitors' systems do it; the machine that runs the benchmark may have another.
        _do(*self.run, "sysctl", "-qw", "net.ipv4.tcp_congestion_control=reno")

    def wrapper(self, folder: Path, program: Path) -> Path:
        """A program that runs another one at the visitor's side."""
        path = folder / "at-the-visitor"
        path.write_text(f'#!/bin/sh\nexec {" ".join(self.run)} {program} "$@"\n')
        path.chmod(0o755)
        return path

    def check(self) -> Checked:
        """Ping and flood through the line."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind((self.host, 0))
            echo = threading.Thread(target=_echo, args=(server,))
            echo.start()
            times = self.inside(lambda: _probe(server.getsockname()))
            received = self.inside(lambda: _flood(server.getsockname()))
            self.inside(lambda: _send_end(server.getsockname()))
            echo.join()
        return Checked(statistics.median(times), 1 - len(times) / PROBES, received)


@contextlib.contextmanager
def link(line: Line) -> Iterator[Link]:
    """The line while the block runs; nothing of it is left afterwards."""
    made = Link(line)
    _do("ip", "netns", "add", made.space)
    values = [made.space, made.device, str(line.round_trip_ms / 2000), str(line.loss)]
    carrier = subprocess.Popen([sys.executable, "-m", __name__, *values], stdout=subprocess.PIPE)
    try:
        assert carrier.stdout is not None
        carrier.stdout.readline()
        made.set_up()
        yield made
    finally:
        carrier.terminate()
        carrier.wait()
        _do("ip", "netns", "delete", made.space)


def _do(*command: str) -> None:
    subprocess.run(command, check=True)


def _entered(space: str, work: Callable[[], T]) -> T:
    """Of this thread only, which ends afterwards."""
    with Path(f"/run/netns/{space}").open() as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), NEW_NETWORK):
            raise OSError(ctypes.get_errno(), "the network namespace can't be entered")
    return work()


def _probe(server: tuple[str, int]) -> list[float]:
    """Round trips in ms of those packets that came back."""
    out: list[float] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(PROBE_WAIT_S)

        def hear() -> None:
            with contextlib.suppress(TimeoutError):
                while True:
                    (sent_at,) = struct.unpack("!d", probe.recv(64))
                    out.append((time.monotonic() - sent_at) * 1000)

        probe.sendto(struct.pack("!d", time.monotonic()), server)
        listening = threading.Thread(target=hear)
        listening.start()
        for _ in range(PROBES - 1):
            time.sleep(PROBE_EVERY_S)
            probe.sendto(struct.pack("!d", time.monotonic()), server)
        listening.join()
    return out


def _flood(server: tuple[str, int]) -> float:
    """Kbit/s that go up; the answers are counts, so that they take no part of it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
        flood.settimeout(2 * PROBE_WAIT_S)
        for _ in range(int(FLOOD_S * 1000 / 30)):
            flood.sendto(b"F" * 1200, server)
            time.sleep(0.03)
        flood.sendto(b"?", server)
        seconds, size = struct.unpack("!dd", flood.recv(64))
    return size * 8 / 1000 / seconds


def _send_end(server: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        for _ in range(20):
            plain.sendto(b"END", server)


def _echo(server: socket.socket) -> None:
    first, last, size = 0.0, 0.0, 0
    while True:
        data, sender = server.recvfrom(2048)
        if data == b"END":
            return
        if data == b"?":
            server.sendto(struct.pack("!dd", last - first, size), sender)
        elif data[0] == ord("F"):
            last = time.monotonic()
            size += len(data) + 28 if first else 0
            first = first or last
        else:
            server.sendto(data, sender)


def _device(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUN_SET_INTERFACE, struct.pack("16sH", name.encode(), TUN | NO_PACKET_INFO))
    return device


def carry(space: str, name: str, delay_s: float, loss: float) -> None:
    """Until the process is ended."""
    here, there = _device(name), 0
    made: list[int] = []
    thread = threading.Thread(target=lambda: made.append(_entered(space, lambda: _device(name))))
    thread.start()
    thread.join()
    there = made[0]
    sys.stdout.write("carrying\n")
    sys.stdout.flush()
    other, draw = {here: there, there: here}, random.Random(1)
    waiting: list[tuple[float, int, int, bytes]] = []
    count = 0
    while True:
        timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for device in select.select([here, there], [], [], timeout)[0]:
            packet = os.read(device, 65536)
            if draw.random() >= loss:
                count += 1
                heapq.heappush(waiting, (time.monotonic() + delay_s, count, other[device], packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, device, packet = heapq.heappop(waiting)
            with contextlib.suppress(OSError):  # the other side is not up yet
                os.write(device, packet)


if __name__ == "__main__":
    carry(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
