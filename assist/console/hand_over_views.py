"""Handing a session over at the desk: the console offers it, whoever is asked answers on any of these pages."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assist.channel import agent_hand_over as hand_over
from assist.channel.agent_hand_over_words import Refusals, refusal_words
from assist.channel.models import AssistSession
from assist.channel.queries import NoSession
from assist.console.queries import agents_context, console_session
from assist.console.views import list_page
from helpdesk.accounts.models import User
from helpdesk.accounts.people import person_of
from helpdesk.accounts.queries import people_of_tenant
from helpdesk.tickets.actions import NotAMember


@never_cache
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """What is offered to the person; pages ask after each event of their socket."""
    return render(request, "assist/offers.html", {"offers": hand_over.offers_to(person_of(request))})


@never_cache
@require_safe
def agents(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Whose session it is, to whom it is offered, and who had it before."""
    return _agents(request, session_id)


@require_POST
def offer(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """POST `to_agent`; answers the part of the console, 409 with the reason in it."""
    _session(session_id)
    to = _colleague(request.POST.get("to_agent", ""))
    if to is None:
        return _agents(request, session_id, alert=refusal_words(NotAMember())[1], status=409)
    return _shown(
        request,
        session_id,
        lambda: hand_over.offer_hand_over(session_id, by=person_of(request), to=to, now=timezone.now()),
    )


@require_POST
def withdraw(request: HttpRequest, session_id: UUID) -> HttpResponse:
    _session(session_id)
    return _shown(
        request,
        session_id,
        lambda: hand_over.withdraw_hand_over(session_id, by=person_of(request), now=timezone.now()),
    )


@require_POST
def accept(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Take the session and go to its console."""
    return _answered(request, session_id, hand_over.accept_hand_over)


@require_POST
def decline(request: HttpRequest, session_id: UUID) -> HttpResponse:
    return _answered(request, session_id, hand_over.decline_hand_over)


def _answered(request: HttpRequest, session_id: UUID, answer: Callable[..., object]) -> HttpResponse:
    """What came too late is said on the list."""
    _session(session_id)
    try:
        answer(session_id, by=person_of(request), now=timezone.now())
    except NoSession:
        raise Http404 from None
    except Refusals as refused:
        return list_page(request, alert=refusal_words(refused)[1], status=409)
    return redirect("assist_console", session_id=session_id)


def _shown(request: HttpRequest, session_id: UUID, call: Callable[[], object]) -> HttpResponse:
    try:
        call()
    except Refusals as refused:
        return _agents(request, session_id, alert=refusal_words(refused)[1], status=409)
    return _agents(request, session_id)


def _agents(request: HttpRequest, session_id: UUID, *, alert: str = "", status: int = 200) -> HttpResponse:
    context = {**agents_context(_session(session_id), person_of(request)), "alert": alert}
    return render(request, "assist/agents.html", context, status=status)


def _session(session_id: UUID) -> AssistSession:
    session = console_session(session_id)
    if session is None:
        raise Http404
    return session


def _colleague(text: str) -> User | None:
    try:
        return people_of_tenant().filter(id=UUID(text)).first()
    except ValueError:
        return None
