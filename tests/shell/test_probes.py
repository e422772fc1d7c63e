"""Probes name what fails, and the two helpers of `make run` give away nothing."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from helpdesk.demo.site import PACKAGE, script_tag
from helpdesk.mail.catcher import with_links
from helpdesk.probes import queries


def test_state_of_what_does_not_answer_is_failed() -> None:
    assert queries.states({"good": lambda: None, "bad": lambda: 1 / 0}) == {"good": "ok", "bad": "failed"}


@pytest.mark.django_db(transaction=True)
def test_not_ready_is_503_and_named(client: Client, settings: Any) -> None:
    settings.S3_BUCKET = "alongside-no-such-bucket"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "state": "failed",
        "database": "ok",
        "cache": "ok",
        "broker": "ok",
        "object_store": "failed",
        "archive": "ok",
    }


LOCAL = {"host": "127.0.0.1:8000"}


def test_metrics_are_prometheus_text_for_this_machine(client: Client) -> None:
    answer = client.get("/metrics", headers=LOCAL)
    assert answer.status_code == 200
    assert b"python_info" in answer.content


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("203.0.113.5", LOCAL),
        ("", LOCAL),
        ("127.0.0.1", {"host": "desk.example.com"}),
        ("127.0.0.1", {**LOCAL, "x-forwarded-for": "203.0.113.5"}),
        ("127.0.0.1", {**LOCAL, "forwarded": "for=203.0.113.5"}),
        ("127.0.0.1", {**LOCAL, "via": "1.1 proxy"}),
    ],
)
def test_metrics_without_a_token_are_closed_to_others(
    client: Client, settings: Any, address: str, headers: Any
) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "desk.example.com"]
    answer = client.get("/metrics", headers=headers, REMOTE_ADDR=address)
    assert answer.status_code == 403
    assert b"python_info" not in answer.content


@pytest.mark.parametrize(
    ("sent", "status"),
    [("Bearer right", 200), ("Bearer wrong", 403), ("Bearer ", 403), ("right", 403), ("", 403), ("Bearer ü", 403)],
)
def test_metrics_with_a_token_ask_everybody_for_it(client: Client, settings: Any, sent: str, status: int) -> None:
    settings.METRICS_TOKEN = "right"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "desk.example.com"]
    for headers, address in ((LOCAL, "127.0.0.1"), ({"host": "desk.example.com"}, "203.0.113.5")):
        answer = client.get("/metrics", headers={**headers, "authorization": sent}, REMOTE_ADDR=address)
        assert answer.status_code == status


def test_links_of_mail_are_links_and_the_rest_is_text() -> None:
    shown = with_links("<b> http://a.example/x?y=1&z#t=<i>")
    assert shown == '&lt;b&gt; <a href="http://a.example/x?y=1&amp;z#t=">http://a.example/x?y=1&amp;z#t=</a>&lt;i&gt;'


def test_site_is_the_package_and_tag_names_the_desk() -> None:
    assert (Path(PACKAGE) / "index.html").read_text().count("</head>") == 1
    tag = script_tag("http://localhost:8000", "pk_1")
    assert tag == '<script async src="http://localhost:8000/assist/loader.js" data-desk="pk_1"></script>'
