"""The sidebar, the scripts of every page, and how unfold looks (`settings.UNFOLD`)."""

import re
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.accounts.models import Role
from helpdesk.accounts.roles import role_includes

ASSIST = "/desk/assist/"
RECORDINGS = "/desk/recordings/"
TICKET_PATH = re.compile(r"/desk/tickets/(\d+|new)/")


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of items that the person's role includes."""
    work = [
        _item(request, _("Inbox"), "inbox", reverse("desk:index")),
        _item(request, _("Assistance"), "screen_share", ASSIST),
        _item(request, _("Recordings"), "movie", RECORDINGS, role=Role.MANAGER),
    ]
    setup = [
        _item(request, _("Contacts"), "contacts", reverse("desk:tickets_contact_changelist")),
        _item(request, _("Queues"), "stacks", reverse("desk:tickets_queue_changelist"), role=Role.ADMIN),
        _item(request, _("Erasures"), "ink_eraser", reverse("desk:erasures"), role=Role.MANAGER),
        _item(
            request,
            _("Scorecards"),
            "grading",
            reverse("desk:recordings_review_scorecard_changelist"),
            role=Role.ADMIN,
        ),
        _item(request, _("Audit log"), "receipt_long", reverse("desk:audit"), role=Role.ADMIN),
        _item(request, _("Settings"), "settings", reverse("desk:settings"), role=Role.ADMIN),
    ]
    return [{"title": _("Work"), "items": _shown(work)}, {"title": _("Desk"), "items": _shown(setup)}]


def _item(request: HttpRequest, title: str, icon: str, link: str, *, role: Role = Role.AGENT) -> dict[str, Any] | None:
    if not role_includes(request.membership.role, role):  # type: ignore[attr-defined]
        return None
    return {"title": title, "icon": icon, "link": link, "active": _is_active(request.path, link)}


def _is_active(path: str, link: str) -> bool:
    inbox = reverse("desk:index")
    return path == inbox or bool(TICKET_PATH.match(path)) if link == inbox else path.startswith(link)


def _shown(items: list[dict[str, Any] | None]) -> list[dict[str, Any]]:
    return [item for item in items if item]


def account_links(request: HttpRequest) -> list[dict[str, str]]:
    return [
        {"title": _("Change password"), "link": reverse("account_change_password")},
        {"title": _("Work for another tenant"), "link": reverse("choose_tenant")},
    ]


def script(request: HttpRequest) -> str:
    return static("web/desk.js")


def style(request: HttpRequest) -> str:
    return static("web/desk.css")
