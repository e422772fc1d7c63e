"""Whoever reads an archive of which a segment is gone or damaged has what is good of it, and the gap by name."""

import asyncio
import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from django.utils import timezone
from playwright.async_api import Browser

from assist.pages.keys import asset_key
from assist.pages.subtrees import SUBTREE_TYPE
from helpdesk.api.actions import create_token
from helpdesk.api.scopes import Scope
from helpdesk.tenants import store
from helpdesk.tenants.context import tenant_scope
from recordings.archive.models import ArchiveSegment
from recordings.search.actions import read_session
from recordings.search.models import SessionText
from recordings.video import extras
from recordings.video.models import Recording, RecordingState
from tests.api.caller import Caller
from tests.desks import Desk
from tests.pages.test_subtrees import SHA256 as SUBTREE
from tests.pages.test_subtrees import TEXT as SUBTREE_TEXT
from tests.review import made
from tests.review.test_review_page import opened
from tests.stack import LiveStack

SECONDS = 20
# Segments of four entries: of the second those of seconds 2 to 5 are missing, and 6 to 9 can't be read without them.
DAMAGED, LOST_SEQS, GOOD = 1, (4, 7), [1, *range(11, SECONDS)]
LAST = 5
PICTURE, OTHER, GONE = b"\x89PNG and what follows", b"p { color: red }", b"gone"
Damage = Callable[[ArchiveSegment], None]


def recorded(desk: Desk) -> Recording:
    writer = made.Writer()
    writer.open(0, 1, "Orders")
    for second in range(1, SECONDS):
        if second == 10:
            writer.snapshot(1000 * second, 1, "Orders", text="whole again")
        else:
            writer.write(1000 * second, 1, f"Second {second} is told")
    return made.archive(desk, writer, seconds=SECONDS, segment_every=4)


def segment(recording: Recording, number: int) -> ArchiveSegment:
    with tenant_scope(recording.tenant_id):
        return ArchiveSegment.objects.get(session=recording.session_id, number=number)


def delete(row: ArchiveSegment) -> None:
    store.delete(row.object_key)


def truncate(row: ArchiveSegment) -> None:
    store.put(row.object_key, store.get(row.object_key)[:-3])


def flip(row: ArchiveSegment) -> None:
    body = bytearray(store.get(row.object_key))
    body[len(body) // 2] ^= 1
    store.put(row.object_key, bytes(body))


def caller(desk: Desk) -> Caller:
    with tenant_scope(desk.tenant.id):
        return Caller(create_token("Test", scopes=[Scope.RECORDINGS_READ])[1])


def read(desk: Desk, recording: Recording, path: str) -> bytes:
    answer = caller(desk)("GET", f"/recordings/{recording.id}/{path}/")
    assert answer.status_code == 200
    return b"".join(answer)


def lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def seconds_in(text: str) -> list[int]:
    return [int(part.split(" is told")[0]) for part in text.split("Second ")[1:]]


@pytest.mark.parametrize(
    ("damage", "reason"), [(delete, "segment_gone"), (truncate, "segment_damaged"), (flip, "segment_damaged")]
)
def test_exports_have_what_is_good_and_name_the_gap(desk: Desk, damage: Damage, reason: str) -> None:
    recording = recorded(desk)
    damage(segment(recording, DAMAGED))
    first, last = LOST_SEQS
    gap = {"from_seq": first, "to_seq": last, "reason": reason, "segment": DAMAGED, "lasts_ms": 4000}
    archive = zipfile.ZipFile(io.BytesIO(read(desk, recording, "export")))
    assert archive.testzip() is None
    for name, path in (("rrweb.ndjson", "rrweb"), ("events.ndjson", "events"), ("log.csv", "log")):
        assert archive.read(name) == read(desk, recording, path)
    events = lines(archive.read("events.ndjson"))
    gaps = [event for event in events if event["name"] == "gap"]
    assert gaps == [{"at_ms": 1000, "page_id": made.TAB, "name": "gap", "data": gap}]
    assert json.loads(archive.read("missing.json")) == {"gaps": gaps, "files": {}}
    assert seconds_in(archive.read("events.ndjson").decode()) == GOOD
    rrweb = lines(archive.read("rrweb.ndjson"))
    told = [event["data"]["payload"] for event in rrweb if event["data"].get("tag") == "alongside.gap"]
    assert told == [{"page_id": made.TAB, "data": gap}]
    assert not [event for event in rrweb if event["data"].get("tag") == "alongside.fault"]
    assert seconds_in(archive.read("rrweb.ndjson").decode()) == GOOD
    assert [event["timestamp"] - made.START_MS for event in rrweb if event["type"] == 2] == [0, 10_000]
    rows = list(csv.DictReader(io.StringIO(archive.read("log.csv").decode())))
    assert [json.loads(row["details"]) for row in rows if row["name"] == "gap"] == [gap]
    assert sum(row["name"] == "mutation" for row in rows) == len(GOOD)


def test_gap_at_the_beginning_and_at_the_end_is_named(desk: Desk) -> None:
    recording = recorded(desk)
    for number in (0, LAST):
        delete(segment(recording, number))
    events = lines(read(desk, recording, "events"))
    assert [(event["at_ms"], event["name"]) for event in (events[0], events[-1])] == [(1000, "gap"), (17_000, "gap")]
    assert max(event["at_ms"] for event in events) == 17_000
    extras.add_outline(recording)
    with tenant_scope(desk.tenant.id):
        recording.refresh_from_db()
    index = json.loads(gzip.decompress(store.get(recording.outline_key)))
    assert index["holes"][-1] == ["gap", 17_000, SECONDS * 1000]


def test_log_and_words_have_what_is_good(desk: Desk) -> None:
    recording = recorded(desk)
    flip(segment(recording, DAMAGED))
    extras.add_outline(recording)
    with tenant_scope(desk.tenant.id):
        recording.refresh_from_db()
    index, log = (gzip.decompress(store.get(key)) for key in (recording.outline_key, recording.log_key))
    rows = [(at_ms, name) for at_ms, _page, name, _text in json.loads(log)]
    assert [at_ms for at_ms, name in rows if name == "gap"] == [1000]
    assert [at_ms // 1000 for at_ms, name in rows if name == "mutation"] == GOOD
    assert json.loads(index)["holes"] == [["gap", 1000, 6000]]
    read_session(desk.tenant.id, recording.session_id, now=timezone.now())
    with tenant_scope(desk.tenant.id):
        text = SessionText.objects.get(recording=recording)
    assert text.is_cut
    assert seconds_in(" ".join(part for _at, part in text.moments)) == GOOD


@pytest.mark.parametrize("is_outlined", [False, True])
async def test_replay_shows_what_is_good(
    browser: Browser, live_stack: LiveStack, desk: Desk, tmp_path: Path, is_outlined: bool
) -> None:
    """Damaged before the outline was made, or after it."""

    def prepare() -> Recording:
        recording = recorded(desk)
        if is_outlined:
            extras.add_outline(recording)
        flip(segment(recording, DAMAGED))
        return made.ready(recording, made.film(tmp_path / "video.mp4", seconds=SECONDS), seconds=SECONDS, chapters=[])

    recording = await asyncio.to_thread(prepare)
    for at_ms, shown in ((8500, "Second 1 is told"), (15_500, "Second 15 is told")):
        async with opened(browser, live_stack, recording, person=desk.agent, at=f"?t={at_ms}") as review:
            await review.shows("Orders", shown)


def test_zip_names_files_that_are_gone_or_damaged(desk: Desk) -> None:
    recording = recorded(desk)
    kinds = {"picture": "image/png", "sheet": "text/css", "gone": "text/css", "subtree": SUBTREE_TYPE}
    bodies = {"picture": PICTURE, "sheet": OTHER, "gone": GONE, "subtree": SUBTREE_TEXT}
    names = {name: made.sha256(body).hexdigest() for name, body in bodies.items()} | {"subtree": SUBTREE}
    desk.session = recording.session
    for name, body in bodies.items():
        desk.store(sha256=names[name], body=body, content_type=kinds[name])
    video = bytes(range(256)) * 9000
    key = f"{segment(recording, 0).object_key}.mp4"
    store.put(key, video)
    facts = {"state": RecordingState.READY, "object_key": key, "sha256": made.sha256(video).hexdigest()}
    with tenant_scope(desk.tenant.id):
        Recording.objects.filter(id=recording.id).update(**facts)
    whole = zipfile.ZipFile(io.BytesIO(read(desk, recording, "export")))
    assert json.loads(whole.read("missing.json")) == {"gaps": [], "files": {}}
    assert whole.read("video.mp4") == video
    store.put(key, video[:-1])
    store.delete(asset_key(desk.tenant.id, names["gone"]))
    store.put(asset_key(desk.tenant.id, names["picture"]), PICTURE.replace(b"PNG", b"PNH"))
    store.put(asset_key(desk.tenant.id, SUBTREE), SUBTREE_TEXT[:-1])
    archive = zipfile.ZipFile(io.BytesIO(read(desk, recording, "export")))
    assert archive.testzip() is None
    damaged = {"video.mp4", f"assets/{names['picture']}", f"assets/{SUBTREE}"}
    files = {**dict.fromkeys(damaged, "damaged"), f"assets/{names['gone']}": "gone"}
    assert json.loads(archive.read("missing.json")) == {"gaps": [], "files": files}
    assert archive.read("video.mp4") == video[:-1]
    assert f"assets/{names['gone']}" not in archive.namelist()
    assert archive.read(f"assets/{names['sheet']}") == OTHER


class _Failing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Nobody reads it."""


@contextmanager
def front_that_fails() -> Iterator[int]:
    """The port of what stands in front of a store, and answers 503."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Failing) as front:
        thread = Thread(target=front.serve_forever)
        thread.start()
        yield front.server_port
        front.shutdown()
        thread.join()


@contextmanager
def port_that_nobody_has() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Failing, bind_and_activate=False) as unheard:
        unheard.server_bind()
        yield unheard.server_address[1]


@pytest.mark.parametrize("away", [front_that_fails, port_that_nobody_has])
def test_store_that_is_away_is_no_gap(desk: Desk, settings: Any, away: Any) -> None:
    """Each reader fails, and keeps nothing."""
    recording, call = recorded(desk), caller(desk)
    readers: list[Callable[[], Any]] = [
        lambda: b"".join(call("GET", f"/recordings/{recording.id}/events/")),
        lambda: b"".join(call("GET", f"/recordings/{recording.id}/export/")),
        lambda: extras.add_outline(recording),
        lambda: read_session(desk.tenant.id, recording.session_id, now=timezone.now()),
    ]
    there = settings.S3_ENDPOINT_URL
    with away() as port:
        settings.S3_ENDPOINT_URL = urlsplit(there)._replace(netloc=f"127.0.0.1:{port}").geturl()
        store.client.cache_clear()
        for reader in readers:
            with pytest.raises((BotoCoreError, ClientError)):
                reader()
    settings.S3_ENDPOINT_URL = there
    store.client.cache_clear()
    with tenant_scope(desk.tenant.id):
        recording.refresh_from_db()
        assert (recording.outline_key, SessionText.objects.get().moments) == ("", [])
    assert seconds_in(read(desk, recording, "events").decode()) == [*range(1, 10), *range(11, SECONDS)]
