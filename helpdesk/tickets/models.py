"""Tickets, narrow: who asks, about what, where it stands, and what was said."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.tenants.models import TenantModel
from helpdesk.tenants.validation import RECORDING_DAYS_MAX


class Contact(TenantModel):
    """The person a ticket is from; without an e-mail address when a visitor gave none."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "email"], condition=~models.Q(email=""), name="one_contact_an_address"
            )
        ]
        verbose_name, verbose_name_plural = _("contact"), _("contacts")

    def __str__(self) -> str:
        return self.name or self.email or str(_("Unnamed visitor"))


class Queue(TenantModel):
    name = models.CharField(_("name"), max_length=200)
    is_default = models.BooleanField(_("takes new tickets"), default=False)
    # None: as the tenant; 0: for ever.
    recording_days = models.PositiveIntegerField(
        _("days recordings are kept"), null=True, blank=True, validators=[MaxValueValidator(RECORDING_DAYS_MAX)]
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_queue_a_name")]
        verbose_name, verbose_name_plural = _("queue"), _("queues")

    def __str__(self) -> str:
        return self.name


class Status(models.TextChoices):
    OPEN = "open", _("Open")
    PENDING = "pending", _("Waiting for the contact")
    SOLVED = "solved", _("Solved")
    CLOSED = "closed", _("Closed")


class Priority(models.TextChoices):
    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class Ticket(TenantModel):
    number = models.PositiveBigIntegerField(_("number"), editable=False)
    subject = models.CharField(_("subject"), max_length=300)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("contact"))
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("queue"))
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.OPEN)
    priority = models.CharField(_("priority"), max_length=16, choices=Priority.choices, default=Priority.NORMAL)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("assignee"),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(_("last change"), auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="one_ticket_a_number")]
        indexes = [
            models.Index(fields=["tenant", "status", "-updated_at"], name="ticket_inbox"),
            models.Index(fields=["tenant", "-updated_at", "-number"], name="ticket_newest"),
        ]
        verbose_name, verbose_name_plural = _("ticket"), _("tickets")

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"


class Message(TenantModel):
    """A public message, or an internal note that only the tenant's people see."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_internal = models.BooleanField(default=False)
    body = models.TextField()
    message_id = models.CharField(max_length=255, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "ticket", "created_at"], name="message_conversation"),
            models.Index(
                fields=["tenant", "message_id"], condition=~models.Q(message_id=""), name="message_by_message_id"
            ),
        ]
