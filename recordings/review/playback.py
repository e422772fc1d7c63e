"""What the review page reads by script: the outline of a session, its log in parts, and small pictures of its video.

Whoever asks for these without the page has seen the recording too, and is in the audit log.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from struct import Struct
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from helpdesk.audit.models import Action
from helpdesk.tenants import store
from recordings.archive import journal
from recordings.archive.models import ArchiveSegment
from recordings.archive.segments import CorruptSegment, encode_segment
from recordings.review.access import recording_or_404
from recordings.review.filters import WORDS_MAX
from recordings.review.queries import archive_segments
from recordings.search.queries import moments_in
from recordings.video.audit import audit_once
from recordings.video.extras import outline_of, queue_extras
from recordings.video.models import Recording

PICTURE_URL_SECONDS = 300
# The address that it leads to is good for longer.
PICTURE_CACHE_SECONDS = 240
# Rows have bounds; a part of them, packed, is a tenth of this.
MOST_PART_BYTES = 1024 * 1024
MOST_LOG_BYTES = 2**40
# As of web/review/archive.ts, which asks for no more.
MOST_SEGMENTS = 240
# As many as `ArchiveSegment.number` can count.
MOST_NUMBER = 2**31 - 1
MOST_ARCHIVE_BYTES = 4 * 1024 * 1024
READERS = 8
MOST_MOMENTS = 100
LENGTH = Struct("!I")
KEPT = "private, max-age=3600, immutable"
VIEWED_AGAIN = timedelta(minutes=10)


@never_cache
@require_safe
def outline(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """What `recordings.video.outline` says; 202 `{state: "preparing"}` while a worker is at it."""
    recording = _viewed(request, recording_id)
    data = outline_of(recording)
    if data is None:
        queue_extras(recording)
        return JsonResponse({"state": "preparing"}, status=HTTPStatus.ACCEPTED)
    return _gzipped(data)


@require_safe
def archive(request: HttpRequest, recording_id: UUID, first: int, last: int) -> HttpResponse:
    """The archive's segments `first` to `last`, from 0: of each its length (`!I`) and its bytes.

    In the place of one that is gone or damaged a segment of what is missing. At most MOST_SEGMENTS of them, and
    MOST_ARCHIVE_BYTES unless it is one.
    """
    recording = _viewed(request, recording_id)
    if not 0 <= last - first < MOST_SEGMENTS or last > MOST_NUMBER:
        raise Http404
    segments = list(archive_segments(recording.session_id)[first : last + 1])
    size = sum(segment.size_bytes for segment in segments)
    if not segments or (len(segments) > 1 and size > MOST_ARCHIVE_BYTES):
        raise Http404
    with ThreadPoolExecutor(READERS) as readers:
        parts = list(readers.map(_bytes_of, segments))
    body = b"".join(piece for part in parts for piece in (LENGTH.pack(len(part)), part))
    answer = HttpResponse(body, content_type="application/octet-stream")
    answer["Cache-Control"] = KEPT
    return answer


def _bytes_of(segment: ArchiveSegment) -> bytes:
    try:
        return journal.stored(segment)
    except (CorruptSegment, store.NoSuchObject) as failure:
        return encode_segment(journal.gaps_of(segment, failure, since_ms=None))


@require_safe
def log(request: HttpRequest, recording_id: UUID, start: int, size: int) -> HttpResponse:
    """A part of the log, as the outline names it: JSON rows `[at_ms, page, name, text]`."""
    recording = _viewed(request, recording_id)
    if not recording.log_key or not 0 < size <= MOST_PART_BYTES or start > MOST_LOG_BYTES:
        raise Http404
    try:
        answer = _gzipped(store.get(recording.log_key, part=(start, size)))
    except store.NoSuchObject:
        raise Http404 from None
    answer["Cache-Control"] = KEPT
    return answer


@never_cache
@require_safe
def moments(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """`{moments: [[at_ms, text], …], is_more}` that have all words of `?q=`; null while the session is not read yet."""
    recording, words = _viewed(request, recording_id), request.GET.get("q", "")[:WORDS_MAX]
    found = moments_in(recording.pk, words=words, most=MOST_MOMENTS + 1)
    shown = None if found is None else [(moment.at_ms, moment.text) for moment in found[:MOST_MOMENTS]]
    return JsonResponse({"moments": shown, "is_more": len(found or ()) > MOST_MOMENTS})


@require_safe
@cache_control(private=True, max_age=PICTURE_CACHE_SECONDS)
def thumbnail(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    return _picture(recording_or_404(request, recording_id).thumbnail_key)


@require_safe
@cache_control(private=True, max_age=PICTURE_CACHE_SECONDS)
def filmstrip(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """The sprite; where its tiles are is in the page."""
    return _picture(_viewed(request, recording_id).filmstrip_key)


def _viewed(request: HttpRequest, recording_id: UUID) -> Recording:
    """As `recording_or_404`, told once in a while; the page itself, which asks for all of these, has told it before."""
    recording = recording_or_404(request, recording_id)
    audit_once(request, Action.RECORDING_VIEWED, recording, within=VIEWED_AGAIN)
    return recording


def _gzipped(data: bytes) -> HttpResponse:
    answer = HttpResponse(data, content_type="application/json")
    answer["Content-Encoding"] = "gzip"
    return answer


def _picture(key: str) -> HttpResponse:
    """To an address in the object store that expires soon."""
    if not key:
        raise Http404
    return HttpResponseRedirect(store.presign(key, expires_seconds=PICTURE_URL_SECONDS))
