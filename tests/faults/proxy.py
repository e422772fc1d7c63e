"""What lies between two sides: a small TCP proxy that balances over several backends, cuts, and goes silent."""

import asyncio
import contextlib
import ctypes
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from typing import Any

CHUNK_BYTES = 65536
SO_ATTACH_FILTER = 26  # of Linux
RETURN = 0x06  # of a classic BPF program; what it returns is how much of a packet is taken
SEEN_BYTES = 400
Address = tuple[str, int]


class Link:
    """One connection through the proxy; while a direction is held, its bytes wait and nobody is told."""

    def __init__(self) -> None:
        self.up, self.down = asyncio.Event(), asyncio.Event()
        self.writers: list[asyncio.StreamWriter] = []
        self.release()

    def hold(self, *, up: bool, down: bool) -> None:
        for gate, is_held in ((self.up, up), (self.down, down)):
            if is_held:
                gate.clear()

    def release(self) -> None:
        self.up.set()
        self.down.set()

    def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()

    def deafen(self) -> None:
        self.hold(up=True, down=True)
        program = ctypes.create_string_buffer(struct.pack("HBBI", RETURN, 0, 0, 0))
        listens = self.writers[0].get_extra_info("socket")
        listens.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(program)))


class Proxy:
    """Listens on `port` of 127.0.0.1 in a thread of its own; takes the first backend that can be reached.

    `choose(head)` may order the backends by the first bytes of a connection; `seen` are the first bytes of what is on
    its way up, chunk by chunk.
    """

    def __init__(self, backends: list[int], *, choose: Callable[[bytes], list[int]] | None = None) -> None:
        self.backends = backends
        self.seen: list[bytes] = []
        self._choose = choose or (lambda head: self.backends)
        self._links: set[Link] = set()
        self._held: dict[str, bool] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self._call(self._listen())

    def stop(self) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def hold(self, *, up: bool = True, down: bool = True, new_ones: bool = False) -> None:
        """Nothing more passes on the connections that are open, and on later ones if `new_ones`; none is closed."""
        self._run(lambda: self._hold({"up": up, "down": down}, new_ones))

    def release(self) -> None:
        """What waited passes."""
        self._run(self._release)

    def cut(self) -> None:
        """Reset every connection."""
        self._run(lambda: [link.cut() for link in list(self._links)])

    def deafen(self) -> None:
        """As when the machine behind is gone: no packet of the connections that are open is answered any more."""
        self._run(lambda: [link.deafen() for link in self._links])

    def _hold(self, directions: dict[str, bool], new_ones: bool) -> None:
        self._held = directions if new_ones else None
        for link in self._links:
            link.hold(**directions)

    def _release(self) -> None:
        self._held = None
        for link in self._links:
            link.release()

    def _run(self, action: Callable[[], object]) -> None:
        async def acted() -> None:
            action()

        self._call(acted())

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        self._server.close()
        for link in list(self._links):
            link.cut()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link()
        link.writers.append(writer)
        self._links.add(link)
        if self._held:
            link.hold(**self._held)
        try:
            head = await reader.read(CHUNK_BYTES)
            self.seen.append(head[:SEEN_BYTES])
            await link.up.wait()
            back_reader, back_writer = await self._connect(self._choose(head))
            link.writers.append(back_writer)
            back_writer.write(head)
            upwards = self._pass(reader, back_writer, link.up, self.seen)
            await asyncio.gather(upwards, self._pass(back_reader, writer, link.down, None))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            link.cut()
            self._links.discard(link)

    async def _connect(self, backends: list[int]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for port in backends:
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        raise ConnectionRefusedError

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event, seen: list[bytes] | None
    ) -> None:
        while data := await reader.read(CHUNK_BYTES):
            if seen is not None:
                seen.append(data[:SEEN_BYTES])
            await gate.wait()
            writer.write(data)
            await writer.drain()
        await gate.wait()
        writer.close()
