"""What one tab is told of its frames: how far they are stored and durable, and how much more it may send."""

from collections.abc import Callable, Coroutine
from typing import Any

from assist.channel import limits
from assist.channel.connection import Intake
from assist.channel.node import Node

Say = Callable[..., Coroutine[Any, Any, None]]


class Acks:
    """`durable` is the tab's highest seq in a committed segment; `say` is the socket's."""

    def __init__(self, intake: Intake, *, durable: int, say: Say, node: Node) -> None:
        self.durable = durable
        self._intake, self._say, self._node = intake, say, node
        self._owes = False

    def owe(self, size: int = 0) -> None:
        """So many bytes more may come: told within ACK_SECONDS, at once where a good part of the window is used."""
        self._intake.credit += size
        if self._intake.credit - self._intake.granted >= limits.ACK_BYTES:
            self._node.spawn(self.tell())
        elif not self._owes:
            self._owes = True
            self._node.acks.add(self._tell_if_owed)

    def forget(self) -> None:
        """Nobody is there any more."""
        self._owes = False

    def _tell_if_owed(self) -> None:
        if self._owes:
            self._node.spawn(self.tell())

    def tell(self) -> Coroutine[Any, Any, None]:
        """Counts as told from now on."""
        self._owes = False
        stored, credit = self._intake.stored, self._intake.credit
        self._intake.granted = credit
        return self._say("ack", stored=stored, durable=min(self.durable, stored), credit=credit)
