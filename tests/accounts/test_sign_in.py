"""Sign-in by e-mail, and nothing else: no sign-up, no user names."""

from http import HTTPStatus

import pytest
from django.core.cache import cache
from django.test import Client

from helpdesk.accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long enough password"


@pytest.fixture
def browser() -> Client:
    cache.clear()
    return Client(headers={"host": "localhost:8000"})


def test_login_page_has_the_fields_login_and_password(browser: Client) -> None:
    page = browser.get("/accounts/login/").content.decode()
    assert 'name="login"' in page
    assert 'name="password"' in page


def test_login_page_speaks_the_browsers_language(browser: Client) -> None:
    page = browser.get("/accounts/login/", headers={"accept-language": "zh-CN"}).content.decode()
    assert '<html lang="zh-hans">' in page
    assert "登录" in page


def test_login_with_the_right_password_leads_on(browser: Client) -> None:
    person = factories.user(password=PASSWORD)
    answer = browser.post("/accounts/login/?next=/desk/assist/", {"login": person.email.upper(), "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, "/desk/assist/")


def test_login_with_a_wrong_password_or_an_unknown_address_says_the_same(browser: Client) -> None:
    person = factories.user(password=PASSWORD)
    texts = set()
    for email in (person.email, "nobody@people.example"):
        page = browser.post("/accounts/login/", {"login": email, "password": "wrong"}).content.decode()
        texts.add(page.partition("errorlist")[2].partition("</ul>")[0])
    assert len(texts) == 1
    assert "" not in texts


def test_login_of_a_person_who_is_not_active_is_refused(browser: Client) -> None:
    person = factories.user(password=PASSWORD)
    User.objects.filter(pk=person.pk).update(is_active=False)
    browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert "_auth_user_id" not in browser.session


def test_login_tried_too_often_is_refused_even_with_the_right_password(browser: Client) -> None:
    person = factories.user(password=PASSWORD)
    for _ in range(5):
        browser.post("/accounts/login/", {"login": person.email, "password": "wrong"})
    answer = browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert answer.status_code == HTTPStatus.OK
    assert "_auth_user_id" not in browser.session


def test_sign_up_is_closed(browser: Client) -> None:
    answer = browser.post("/accounts/signup/", {"email": "new@people.example", "password1": PASSWORD})
    assert "By invitation" in answer.content.decode()
    assert not User.objects.exists()
