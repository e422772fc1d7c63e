"""Every URL and every socket path of the project, read from the resolver, and how each is filled with a tenant's ids.

To cover a new path, add what is missing to one of the tables below; a failing test says which line.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver

from assist.capture.models import NativeMapping
from assist.channel.models import AssistSession
from assist.console.stage import STAGE_URLCONF
from assist.console.tickets import issue_ticket
from assist.pages.models import Asset
from assist.requests.models import AssistRequest
from helpdesk.accounts.models import Role
from helpdesk.api.models import ApiToken
from helpdesk.tickets.models import Ticket
from recordings.review.models import RecordingNote, SavedView, Scorecard
from recordings.share.models import ShareLink
from recordings.video.models import Recording
from tests.isolation.world import Side


def _stage_ticket(target: Side, by: Side) -> str:
    """As if one had been issued to a person of `by` for a session of `target`."""
    return issue_ticket(
        tenant_id=by.tenant_id, session_id=target.rows[AssistSession].pk, user_id=by.people[Role.AGENT].pk
    )


# What a placeholder of the path stands for, by its name: `target` is the tenant whose ids are used, `by` the caller.
PLACEHOLDERS: dict[str, Callable[[Side, Side], object]] = {
    "request_id": lambda target, by: target.rows[AssistRequest].pk,
    "session_id": lambda target, by: target.rows[AssistSession].pk,
    "recording_id": lambda target, by: target.rows[Recording].pk,
    "note_id": lambda target, by: target.rows[RecordingNote].pk,
    "scorecard_id": lambda target, by: target.rows[Scorecard].pk,
    "view_id": lambda target, by: target.rows[SavedView].pk,
    "first": lambda target, by: 0,
    "last": lambda target, by: 0,
    "start": lambda target, by: 0,
    "size": lambda target, by: 1,
    "link_id": lambda target, by: target.rows[ShareLink].pk,
    "token_id": lambda target, by: target.rows[ApiToken].pk,
    "app_label": lambda target, by: "tickets",
    "sha256": lambda target, by: target.rows[Asset].sha256,
    "name": lambda target, by: target.rows[NativeMapping].name,
    "ticket": _stage_ticket,
}
# A number counts within its tenant; by the beginning of the path.
NUMBERS_OF_PREFIXES: dict[str, Callable[[Side], int]] = {
    "desk/recordings/": lambda side: 0,
    "desk/tickets/": lambda side: side.rows[Ticket].number,
}
# What `pk`, `id` and the like stand for, by the beginning of the path.
MODELS_OF_PREFIXES: dict[str, str] = {
    "api/v1/assist/requests/": "assist_requests.AssistRequest",
    "api/v1/assist/sessions/": "assist_channel.AssistSession",
    "api/v1/recording-notes/": "recordings_review.RecordingNote",
    "api/v1/saved-views/": "recordings_review.SavedView",
    "api/v1/scorecards/": "recordings_review.Scorecard",
    "api/v1/scores/": "recordings_review.Score",
    "api/v1/share-links/": "recordings_share.ShareLink",
    "api/v1/recordings/": "recordings_video.Recording",
    "api/v1/tickets/": "tickets.Ticket",
    "desk/recordings/": "recordings_video.Recording",
}
OWN_KEY = {"pk", "id", "object_id", "uuid"}
# Paths of the person who is signed in, or of nobody: no row of a tenant is behind them.
OUTSIDE_TENANTS = {
    "accounts/": "sign-in, password and choice of the tenant of one person",
    "i18n/": "the language of one browser",
    "healthz": "says that the process is alive",
    "readyz": "says which services answer",
    "metrics": "the operator's own, who knows all tenants; tests/shell/test_probes.py keeps others out",
    "static/": "files that everybody gets",
    "assist/loader.js": "the same script for everybody",
    "assist/loader/": "the rest of that script, the same for everybody",
    "api/v1/schema/": "the description of the API",
    "api/v1/ready-native-mappings/": "files that come with the desk, the same for every tenant",
}


@dataclass(frozen=True)
class Route:
    """`path` without the leading slash, placeholders as `<name>`; `name` with its namespaces."""

    path: str
    name: str
    host: str

    @property
    def placeholders(self) -> list[str]:
        return re.findall(r"<(\w+)>", self.path)

    @property
    def is_outside_tenants(self) -> bool:
        return any(self.path.startswith(prefix) for prefix in OUTSIDE_TENANTS)

    def fill(self, target: Side, *, by: Side) -> str:
        """The URL with the ids of `target`, called by somebody of `by`."""
        values = {name: _value(self, name, target, by) for name in self.placeholders}
        return "/" + re.sub(r"<(\w+)>", lambda found: values[found[1]], self.path)


class Uncovered(LookupError):
    """A path that the isolation tests don't know how to attack."""


def http_routes() -> list[Route]:
    """Of both origins."""
    hosts = {settings.ROOT_URLCONF: settings.PUBLIC_URL, STAGE_URLCONF: settings.STAGE_ORIGIN}
    return [
        route
        for urlconf, url in hosts.items()
        for route in _walk(import_module(urlconf).urlpatterns, host=url.partition("://")[2])
    ]


def socket_routes() -> list[Route]:
    from helpdesk.sockets import websocket_urlpatterns

    return list(_walk(websocket_urlpatterns, host=settings.PUBLIC_URL.partition("://")[2]))


def _value(route: Route, placeholder: str, target: Side, by: Side) -> str:
    if placeholder in PLACEHOLDERS:
        return str(PLACEHOLDERS[placeholder](target, by))
    for prefix, number in NUMBERS_OF_PREFIXES.items():
        if placeholder == "number" and route.path.startswith(prefix):
            return str(number(target))
    model = _model_of(route)
    if placeholder not in OWN_KEY or model is None or model not in target.rows:
        raise Uncovered(f"/{route.path}: add {placeholder!r} to PLACEHOLDERS, or the path to MODELS_OF_PREFIXES.")
    return str(target.rows[model].pk)


def _model_of(route: Route) -> Any:
    for prefix, label in MODELS_OF_PREFIXES.items():
        if route.path.startswith(prefix):
            return apps.get_model(label)
    return _model_of_admin(route.name)


def _model_of_admin(name: str) -> Any:
    """An admin site names its paths `<site>:<app>_<model>_<action>`."""
    for model in apps.get_models():
        if f":{model._meta.app_label}_{model._meta.model_name}_" in name:
            return model
    return None


def _walk(patterns: list[Any], *, host: str, prefix: str = "", namespaces: tuple[str, ...] = ()) -> Iterator[Route]:
    for entry in patterns:
        path = prefix + _plain(str(entry.pattern))
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _walk(entry.url_patterns, host=host, prefix=path, namespaces=inner)
        elif isinstance(entry, URLPattern):
            yield Route(path=path, name=":".join((*namespaces, entry.name or "")), host=host)


def _plain(pattern: str) -> str:
    """`<uuid:id>/`, `(?P<id>[^/.]+)/` and the like as `<id>/`."""
    if "(?P" in pattern or pattern.startswith("^") or pattern.endswith(("$", r"\Z")):
        return simplify_regex(pattern).removeprefix("/").replace("\\", "")
    return re.sub(r"<\w+:(\w+)>", r"<\1>", pattern)
