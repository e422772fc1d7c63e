"""The agents' pages of live assistance: who waits, and the console of one session."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assist.channel.answer import AlreadyAnswered, NothingToRevoke, accept_request, decline_request, revoke_link
from assist.channel.deeds import end_by_agent
from assist.channel.models import AssistSession, SessionState
from assist.channel.quality import quality_of
from assist.console.queries import agents_context, console_session, ended_sessions, running_sessions, waiting_requests
from assist.console.tickets import stage_url
from assist.requests.delivery import link_of
from assist.requests.models import AssistRequest, RequestState
from helpdesk.accounts.people import person_of
from helpdesk.audit.actors import actor_of
from helpdesk.tenants.queries import current_tenant

REASON_CHARACTERS = 500


@never_cache
@require_safe
def assist_list(request: HttpRequest) -> HttpResponse:
    return list_page(request)


@never_cache
@require_safe
def assist_rows(request: HttpRequest) -> HttpResponse:
    """The changing part of the list; the page asks for it again after each event of its socket."""
    return render(request, "assist/rows.html", _rows())


@require_POST
def accept(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take the request and go to its console; 409 with the list and the name when somebody was faster."""
    return _answered(request, lambda: _accept(request, request_id))


@require_POST
def decline(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """POST `reason`, which the visitor reads."""
    return _answered(request, lambda: _decline(request, request_id))


@never_cache
@require_safe
def console(request: HttpRequest, session_id: UUID) -> HttpResponse:
    session = session_or_404(session_id)
    link = link_of(session.request_id, tenant_id=session.tenant_id)
    context = {
        "section": "assist",
        "session": session,
        "visitor": visitor_words(session.request),
        "stage_url": _stage_url(request, session),
        "invite_url": link["link"] if link else "",
        "quality": quality_of(session),
        **agents_context(session, person_of(request)),
        "grace_seconds": current_tenant().grace_seconds,
    }
    return render(request, "assist/console.html", context)


@require_POST
def end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End the session on both sides, or withdraw the link of one that hasn't begun; the console then says so."""
    session = session_or_404(session_id)
    try:
        if session.state != SessionState.WAITING:
            raise NothingToRevoke
        revoke_link(session.request_id, now=timezone.now())
    except NothingToRevoke:
        end_by_agent(session.id, actor=actor_of(request), now=timezone.now())
    return redirect("assist_console", session_id=session.id)


def visitor_words(assist_request: AssistRequest) -> str:
    return assist_request.visitor_name or assist_request.visitor_email or _("A visitor")


def _accept(request: HttpRequest, request_id: UUID) -> HttpResponse:
    accepted = accept_request(request_id, agent=person_of(request), now=timezone.now())
    return redirect("assist_console", session_id=accepted.session.id)


def _decline(request: HttpRequest, request_id: UUID) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:REASON_CHARACTERS]
    decline_request(request_id, agent=person_of(request), reason=reason, now=timezone.now())
    return redirect("assist_list")


def _answered(request: HttpRequest, answer: Callable[[], Any]) -> HttpResponse:
    try:
        return answer()
    except AssistRequest.DoesNotExist:
        raise Http404 from None
    except AlreadyAnswered as too_late:
        return list_page(request, alert=_too_late_words(too_late.request), status=409)


def _too_late_words(taken: AssistRequest) -> str:
    values = {"visitor": visitor_words(taken), "agent": str(taken.answered_by or _("An agent"))}
    words = {
        RequestState.ACCEPTED: _("%(agent)s was faster and has accepted the request of %(visitor)s."),
        RequestState.DECLINED: _("%(agent)s has already declined the request of %(visitor)s."),
        RequestState.CANCELLED: _("%(visitor)s has cancelled the request. There is nothing to do."),
    }
    late = _("The request of %(visitor)s was not answered in time. Go on in its ticket.")
    return words.get(RequestState(taken.state), late) % values


def session_or_404(session_id: UUID) -> AssistSession:
    session = console_session(session_id)
    if session is None:
        raise Http404
    return session


def list_page(request: HttpRequest, *, alert: str = "", status: int = 200) -> HttpResponse:
    return render(request, "assist/list.html", {"section": "assist", "alert": alert, **_rows()}, status=status)


def _rows() -> dict[str, object]:
    return {"waiting": waiting_requests(), "running": running_sessions(), "ended": ended_sessions()}


def _stage_url(request: HttpRequest, session: AssistSession) -> str:
    if session.state == SessionState.ENDED:
        return ""
    return stage_url(tenant_id=session.tenant_id, session_id=session.id, user_id=person_of(request).id)
