"""Who asks, where only people who signed in come."""

from django.http import HttpRequest

from helpdesk.accounts.models import User


def person_of(request: HttpRequest) -> User:
    """The person signed in; the desk's entry lets nobody else in."""
    if not isinstance(request.user, User):
        raise TypeError("The desk was entered without signing in.")
    return request.user
