"""What people read when a page can not be given: in their language, and with nothing of what they sent."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

SENT = "fromoutside"
# The English and the Chinese heading of each page.
HEADINGS = {
    "bad address": (400, "This can not be answered", "无法处理此请求"),
    "not for the role": (403, "Not for your role", "您的角色无权访问"),
    "stale form": (403, "This form is out of date", "此表单已失效"),
    "unknown page": (404, "There is nothing here", "这里什么也没有"),
}
LANGUAGES = {"en": 1, "zh-hans": 2}


def provoked(what: str, browser_of: Callable[..., Client], *, language: str) -> HttpResponse:
    headers = {"accept-language": language}
    calls: dict[str, Callable[[], Any]] = {
        "bad address": lambda: Client().get("/desk/", headers={**headers, "host": f"{SENT}.example"}),
        "not for the role": lambda: browser_of().get(f"/desk/settings/?{SENT}={SENT}", headers=headers),
        "stale form": lambda: browser_of("admin", csrf=True).post("/desk/settings/", {"name": SENT}, headers=headers),
        "unknown page": lambda: browser_of().get(f"/desk/{SENT}/?{SENT}={SENT}", headers=headers),
    }
    return calls[what]()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", HEADINGS)
def test_refusal_is_told_in_the_language_of_the_reader(
    browser_of: Callable[..., Client], what: str, language: str
) -> None:
    answer = provoked(what, browser_of, language=language)
    page = answer.content.decode()
    assert answer.status_code == HEADINGS[what][0]
    assert f"<h1>{HEADINGS[what][LANGUAGES[language]]}</h1>" in page
    assert f'<html lang="{language}">' in page
    assert answer["Content-Language"] == language
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert SENT not in page
    assert 'href="/desk/"' in page


@pytest.mark.parametrize(("language", "heading"), [("en", "Something went wrong on our side"), ("zh-hans", "出错了")])
def test_failure_is_told_without_the_database(language: str, heading: str) -> None:
    """This test may not reach the database, so that the session's cookie makes any page fail."""
    browser = Client(raise_request_exception=False)
    browser.cookies[settings.SESSION_COOKIE_NAME] = SENT
    answer = browser.get(f"/desk/?{SENT}", headers={"accept-language": language})
    assert answer.status_code == 500
    assert heading in answer.content.decode()
    assert SENT not in answer.content.decode()


@pytest.mark.parametrize("what", HEADINGS)
def test_refusal_is_one_line_in_the_log(
    browser_of: Callable[..., Client], caplog: pytest.LogCaptureFixture, what: str
) -> None:
    provoked(what, browser_of, language="en")
    assert len(caplog.text.splitlines()) == 1


def test_failure_is_in_the_log_with_where_it_happened(caplog: pytest.LogCaptureFixture) -> None:
    browser = Client(raise_request_exception=False)
    browser.cookies[settings.SESSION_COOKIE_NAME] = SENT
    browser.get("/desk/")
    assert "Traceback" in caplog.text
