"""The text that a visitor agrees to. Its SHA-256 says which text it was."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assist.links.models import InviteLink
from helpdesk.tenants.models import Tenant


@dataclass(frozen=True)
class Consent:
    tenant_name: str
    agent_name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def consent_of(link: InviteLink, *, tenant: Tenant) -> Consent:
    """In the language that is active now. A tenant's own text may use `{agent}` and `{tenant}`; it follows the standard

    text, so that who sees what, and the recording, are always said.
    """
    agent = link.created_by.name if link.created_by and link.created_by.name else _("An agent")
    own = tenant.consent_text.strip()
    text = "\n\n".join(filter(None, [_standard_text(), own]))
    return Consent(tenant.name, agent, text.replace("{agent}", agent).replace("{tenant}", tenant.name))


def _standard_text() -> str:
    return _(
        "{agent} of {tenant} will see this page and the pages of this application that you open from now on, in this "
        "tab or in another, also on other sites of {tenant} that a link takes you to; as you see them: what is shown "
        "on them, where you point, click and scroll. What you type is hidden unless {tenant} has allowed a field; "
        "passwords and card numbers are always hidden. What you opened before in other tabs, all other sites and your "
        "computer can't be seen. The session is recorded and kept as a video that people of {tenant} can review. "
        "You can pause or end it at any time."
    )
