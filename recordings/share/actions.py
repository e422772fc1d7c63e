"""Every write about share links, with its line in the audit log, in the scope of the current tenant."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record, record_once
from helpdesk.audit.actors import Actor
from helpdesk.audit.models import Action
from helpdesk.tenants import store
from helpdesk.tenants.secrets import new_secret, sha256_hex
from recordings.share.models import ShareLink
from recordings.share.queries import open_links
from recordings.video.audit import RECORDING
from recordings.video.models import Recording, RecordingState

HOURS_MAX = 30 * 24
HOURS_DEFAULT = 7 * 24
OPEN_LINKS_MAX = 50
VIDEO_URL_SECONDS = 180
PLAYED_AGAIN = timedelta(minutes=10)


class BadLife(ValueError):
    """A link lives for 1 to `HOURS_MAX` hours."""


class TooManyLinks(RuntimeError):
    """A recording has at most `OPEN_LINKS_MAX` links that still count."""


class VideoNotReady(RuntimeError):
    """There is nothing to show yet."""


@dataclass(frozen=True)
class Viewer:
    """Who looks, as they said or as they are signed in, and since when."""

    name: str
    email: str
    at: datetime

    @property
    def watermark(self) -> str:
        return f"{self.name} <{self.email}> · {self.at:%Y-%m-%d %H:%M} UTC"


def create_share_link(
    recording: Recording, *, hours: int, note: str, actor: Actor, created_by: User | None, now: datetime
) -> tuple[ShareLink, str]:
    """The link, and its address, which is told this once. Raises `BadLife`, `TooManyLinks`."""
    if not 1 <= hours <= HOURS_MAX:
        raise BadLife(hours)
    if open_links(recording, now=now).count() >= OPEN_LINKS_MAX:
        raise TooManyLinks(recording.pk)
    token = new_secret()
    link = ShareLink.objects.create(
        recording=recording,
        token_hash=sha256_hex(token),
        note=note.strip(),
        created_by=created_by,
        expires_at=now + timedelta(hours=hours),
    )
    _tell(Action.SHARE_MADE, link, actor=actor, now=now, expires_at=link.expires_at.isoformat(), note=link.note)
    return link, share_url(token)


def share_url(token: str) -> str:
    """The token is in the fragment, which no server, log or mail scanner sees."""
    return f"{settings.PUBLIC_URL}/shared/#{token}"


def revoke_share_link(link: ShareLink, *, actor: Actor, now: datetime) -> bool:
    """From now on the link is dead; False if it was before."""
    if not ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
        return False
    _tell(Action.SHARE_REVOKED, link, actor=actor, now=now)
    return True


def open_share_link(link: ShareLink, *, viewer: Viewer, actor: Actor) -> None:
    """Somebody begins to look."""
    _tell(Action.SHARE_OPENED, link, actor=actor, now=viewer.at, email=viewer.email)


def shared_video_url(link: ShareLink, *, actor: Actor, now: datetime) -> str:
    """Where the video is for `VIDEO_URL_SECONDS`. Raises `VideoNotReady`."""
    if link.recording.state != RecordingState.READY:
        raise VideoNotReady(link.recording_id)
    record_once(
        Action.SHARE_PLAYED,
        within=PLAYED_AGAIN,
        actor=actor,
        object_kind=RECORDING,
        object_id=link.recording_id,
        now=now,
    )
    return store.presign(link.recording.object_key, expires_seconds=VIDEO_URL_SECONDS)


def _tell(action: Action, link: ShareLink, *, actor: Actor, now: datetime, **details: str) -> None:
    record(
        action,
        actor=actor,
        object_kind=RECORDING,
        object_id=link.recording_id,
        now=now,
        details={"share_link": str(link.pk), **{name: text for name, text in details.items() if text}},
    )
