"""A link on its way: what the loader calls, and what happens at the same moment."""

import threading

from django.db import connections
from django.utils import timezone

from assist.channel.answer import accept_request
from helpdesk.tenants.context import tenant_scope
from tests.requests.visitor import ask, post


def accept(tenant, agent, *, now=None, **fields) -> tuple[str, str]:
    """The request's id and the link's address."""
    request_id = ask(tenant, **fields).json()["request_id"]
    with tenant_scope(tenant.pk):
        return request_id, accept_request(request_id, agent=agent, now=now or timezone.now()).url


def token_of(url: str) -> str:
    return url.rpartition("alongside=")[2]


def call(tenant, name: str, token: str, **fields):
    return post(f"/assist/links/{name}/", {"public_key": tenant.public_key, "token": token, **fields})


def redeem(tenant, token, landed, **fields):
    values = {"landing": landed["landing"], "consent_sha256": landed["consent_sha256"], **fields}
    return call(tenant, "redeem", token, **values)


def in_threads(count, fn):
    """Run `fn(number)` at the same moment in real connections of their own."""
    barrier, results = threading.Barrier(count), {}

    def run(number):
        barrier.wait()
        try:
            results[number] = fn(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[number] for number in range(count)]
