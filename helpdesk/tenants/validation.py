"""What a tenant's settings may be; REST and the settings page refuse the same things in the same words.

Each validator raises `ValidationError` with a stable `code` and a text that says what to do next.
"""

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from helpdesk.tenants.hosts import is_host_pattern
from helpdesk.tenants.hours import END_OF_DAY, WEEKDAYS
from helpdesk.tenants.origins import is_origin_pattern

SECONDS_RANGES = {
    "link_ttl_seconds": (1, 86_400),
    "answer_timeout_seconds": (1, 86_400),
    "grace_seconds": (1, 3_600),
}
RECORDING_DAYS_MAX = 36_500
CONSENT_TEXT_MAX = 4_000
ORIGINS_MAX = 200
ASSET_HOSTS_MAX = 100
SELECTORS_MAX = 500
SELECTOR_LENGTH_MAX = 300
MASKING_KINDS = ("allow", "mask", "block")
MASKING_URLS_MAX = 100
MASKING_DATA = ("card", "phone", "identity", "email")
PARAMS_MAX = 500
PARAM_LENGTH_MAX = 100


def validate_seconds(value: int, *, field: str) -> None:
    lowest, highest = SECONDS_RANGES[field]
    if not lowest <= value <= highest:
        text = _("Give a number of seconds from %(lowest)d to %(highest)d.")
        raise ValidationError(text, code="out_of_range", params={"lowest": lowest, "highest": highest})


def validate_language(value: str) -> None:
    if value not in dict(settings.LANGUAGES):
        known = ", ".join(code for code, _name in settings.LANGUAGES)
        raise ValidationError(_("Choose one of: %(known)s."), code="unknown_language", params={"known": known})


def validate_consent_text(value: str) -> None:
    if len(value) > CONSENT_TEXT_MAX:
        text = _("The consent text has %(length)d characters; shorten it to at most %(most)d.")
        raise ValidationError(text, code="too_long", params={"length": len(value), "most": CONSENT_TEXT_MAX})


def validate_origins(value: Any) -> None:
    text = _(
        "“%(pattern)s” is not an origin: write scheme and host without a path, "
        "such as https://app.example.com, https://*.example.com or http://localhost:*."
    )
    _require_patterns(value, most=ORIGINS_MAX, fits=is_origin_pattern, text=text, code="bad_origin")


def validate_asset_hosts(value: Any) -> None:
    text = _(
        "“%(pattern)s” is not a host: write its name in lower case without scheme and path, "
        "such as cdn.example.com, *.example.com or cdn.example.com:8443."
    )
    _require_patterns(value, most=ASSET_HOSTS_MAX, fits=is_host_pattern, text=text, code="bad_host")


def _require_patterns(value: Any, *, most: int, fits: Callable[[str], bool], text: Any, code: str) -> None:
    _require_list_of_texts(value, most=most)
    for pattern in value:
        if not fits(pattern):
            raise ValidationError(text, code=code, params={"pattern": pattern[:100]})


def validate_masking(value: Any) -> None:
    """`{"allow": [selector], "mask": […], "block": […], "data": [type], "params": [name], "urls": [{…}]}`."""
    _require_object(value, known={*MASKING_KINDS, "data", "params", "urls"})
    _validate_rules(value)
    scopes = value.get("urls", [])
    if not isinstance(scopes, list) or len(scopes) > MASKING_URLS_MAX:
        text = _("“urls” must be a list of at most %(most)d objects.")
        raise ValidationError(text, code="bad_masking", params={"most": MASKING_URLS_MAX})
    for scope in scopes:
        _require_object(scope, known={*MASKING_KINDS, "data", "params", "pattern"})
        if not isinstance(scope.get("pattern"), str) or not 0 < len(scope["pattern"]) <= SELECTOR_LENGTH_MAX:
            raise ValidationError(
                _("Each entry of “urls” needs a “pattern”, such as https://app.example.com/checkout*."),
                code="bad_masking",
            )
        _validate_rules(scope)


def _validate_rules(rules: dict[str, Any]) -> None:
    _validate_selectors(rules)
    _validate_data(rules.get("data", []))
    _validate_params(rules.get("params", []))


def _validate_data(types: Any) -> None:
    _require_list_of_texts(types, most=len(MASKING_DATA))
    for given in types:
        if given not in MASKING_DATA:
            known = ", ".join(MASKING_DATA)
            text = _("“%(given)s” is no type of data that can be masked: choose from %(known)s.")
            raise ValidationError(text, code="unknown_data", params={"given": given[:100], "known": known})


def _validate_params(names: Any) -> None:
    _require_list_of_texts(names, most=PARAMS_MAX)
    for name in names:
        if not 0 < len(name) <= PARAM_LENGTH_MAX:
            text = _("“%(name)s” is no name of a parameter: give 1 to %(most)d characters.")
            raise ValidationError(text, code="bad_param", params={"name": name[:100], "most": PARAM_LENGTH_MAX})


def _validate_selectors(rules: dict[str, Any]) -> None:
    for kind in MASKING_KINDS:
        selectors = rules.get(kind, [])
        _require_list_of_texts(selectors, most=SELECTORS_MAX)
        for selector in selectors:
            if not _looks_like_selector(selector):
                text = _("“%(selector)s” is not a CSS selector: check its brackets and quotation marks.")
                raise ValidationError(text, code="bad_selector", params={"selector": selector[:100]})


def _looks_like_selector(text: str) -> bool:
    if not text.strip() or len(text) > SELECTOR_LENGTH_MAX or set("{};<@") & set(text):
        return False
    pairs = (("[", "]"), ("(", ")"))
    balanced = all(text.count(left) == text.count(right) for left, right in pairs)
    return balanced and text.count('"') % 2 == 0 and text.count("'") % 2 == 0


def validate_hours(value: Any) -> None:
    """The shape stands in `helpdesk.tenants.hours`."""
    _require_object(value, known={"zone", "week", "closed"})
    if not value:
        return
    if value.get("zone") not in available_timezones():
        raise ValidationError(
            _("“zone” must be a time zone by its IANA name, such as Europe/Berlin."), code="unknown_zone"
        )
    week = value.get("week")
    _require_object(week, known=set(WEEKDAYS))
    for intervals in week.values():
        _validate_intervals(intervals)
    _validate_days(value.get("closed", []))


def _validate_intervals(intervals: Any) -> None:
    well_formed = isinstance(intervals, list) and all(_is_interval(interval) for interval in intervals)
    if not well_formed or any(a[1] > b[0] for a, b in pairwise(intervals)):
        text = _(
            "A day is a list of intervals such as [[“09:00”, “12:00”], [“13:00”, “17:30”]], "
            "in order and without overlap; the end of the day is 24:00."
        )
        raise ValidationError(text, code="bad_interval")


def _is_interval(interval: Any) -> bool:
    if not isinstance(interval, list) or len(interval) != 2 or not all(isinstance(t, str) for t in interval):
        return False
    starts, ends = interval
    return _is_time(starts) and (_is_time(ends) or ends == END_OF_DAY) and starts < ends


def _is_time(text: str) -> bool:
    hour, colon, minute = text[:2], text[2:3], text[3:]
    digits = len(text) == 5 and colon == ":" and (hour + minute).isascii() and (hour + minute).isdigit()
    return digits and int(hour) < 24 and int(minute) < 60


def _validate_days(days: Any) -> None:
    _require_list_of_texts(days, most=366)
    try:
        for day in days:
            date.fromisoformat(day)
    except ValueError:
        raise ValidationError(_("“closed” lists days such as 2027-01-01."), code="bad_day") from None


def _require_object(value: Any, *, known: set[str]) -> None:
    if not isinstance(value, dict) or not set(value) <= known:
        text = _("This must be a JSON object with no other keys than: %(known)s.")
        raise ValidationError(text, code="bad_object", params={"known": ", ".join(sorted(known))})


def _require_list_of_texts(value: Any, *, most: int) -> None:
    if not isinstance(value, list) or len(value) > most or not all(isinstance(item, str) for item in value):
        raise ValidationError(
            _("This must be a list of at most %(most)d texts."), code="bad_list", params={"most": most}
        )
