"""Where later steps say what they do with frames and messages of visitors. They register when the apps are ready."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from assist.channel.protocol import Frame, FrameKind

# (tenant, session, frame): checks the payload and hands it on without waiting; raises BadFrame.
FrameHandler = Callable[[UUID, UUID, Frame], None]
# (session): in the tenant's scope, the answer's type and fields, or None for no answer; raises BadMessage.
MessageHandler = Callable[..., tuple[str, dict[str, Any]] | None]
# In the tenant's scope: one field of `welcome`.
WelcomePart = Callable[[], dict[str, Any]]
Send = Callable[..., Awaitable[None]]

frame_handlers: dict[int, FrameHandler] = {}
message_handlers: dict[str, MessageHandler] = {}
welcome_parts: dict[str, WelcomePart] = {}


def on_frame(*kinds: FrameKind) -> Callable[[FrameHandler], FrameHandler]:
    def register(handler: FrameHandler) -> FrameHandler:
        frame_handlers.update(dict.fromkeys(kinds, handler))
        return handler

    return register


def on_message(kind: str) -> Callable[[MessageHandler], MessageHandler]:
    """`handler(session_id, **fields)`."""

    def register(handler: MessageHandler) -> MessageHandler:
        message_handlers[kind] = handler
        return handler

    return register


def in_welcome(field: str) -> Callable[[WelcomePart], WelcomePart]:
    def register(part: WelcomePart) -> WelcomePart:
        welcome_parts[field] = part
        return part

    return register
