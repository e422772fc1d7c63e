"""Why a recording failed, as a code, and what to do about it, in words."""

import errno

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.db import DatabaseError, InterfaceError, models
from django.utils.translation import gettext_lazy as _
from valkey.exceptions import ValkeyError

from helpdesk.tenants.store import NoSuchObject


class FailureCode(models.TextChoices):
    """The label says what happened and what to do next."""

    NO_BROWSER = (
        "no_browser",
        _(
            "The browser that renders videos does not start. Ask your operator to look at HEADLESS_SHELL_PATH and the "
            "renderer's log, then render again."
        ),
    )
    STORE = (
        "store",
        _(
            "The object store did not take or give a file. Ask your operator whether it answers and has room, then "
            "render again."
        ),
    )
    DISK = "disk", _("The renderer's disk is full. Ask your operator to make room, then render again.")
    WORKERS_LOST = (
        "workers_lost",
        _(
            "Every renderer that took a part of it ended in the middle. Ask your operator whether renderers run out of "
            "memory, then render again."
        ),
    )
    OTHER = "other", _("Render again; if it fails again, give your operator the text below.")


class NoBrowser(RuntimeError):
    """The browser that renders videos is missing or does not start."""


def code_of(failure: BaseException) -> FailureCode:
    if isinstance(failure, NoBrowser):
        return FailureCode.NO_BROWSER
    if isinstance(failure, (BotoCoreError, ClientError, Boto3Error, NoSuchObject)):
        return FailureCode.STORE
    if isinstance(failure, OSError) and failure.errno in (errno.ENOSPC, errno.EDQUOT):
        return FailureCode.DISK
    return FailureCode.OTHER


def is_of_the_pages(failure: BaseException) -> bool:
    """Whether another machine, or the same one later, would fail as well: nothing around the renderer did."""
    if code_of(failure) != FailureCode.OTHER or isinstance(failure, (DatabaseError, InterfaceError, ValkeyError)):
        return False
    # A picture that can't be read is an OSError too, one without a number.
    return not isinstance(failure, OSError) or failure.errno is None


def text_of(failure: BaseException) -> str:
    return f"{type(failure).__name__}: {failure}"
