"""The account in whose name scripts act."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller, foundry_caller
from accounts.models import Kind, User
from accounts.services.accounts import create_service
from kernel.errors import Conflict, ValidationFailed
from kernel.transactions import write_transaction

# Its names; the second one where a person has the first.
USERNAMES: Final = ("scripts", "foundry-scripts")


def scripts_user() -> User:
    """The service account `scripts`, made when the first script runs."""
    for username in USERNAMES:
        found = User.objects.named(username).first()
        if found is None:
            try:
                with write_transaction():
                    return create_service(caller=foundry_caller(), username=username, display_name=_("Scripts"))
            except ValidationFailed:
                # Another process has made it meanwhile.
                found = User.objects.named(username).first()
        if found is not None and found.kind == Kind.SERVICE:
            return found
    raise Conflict(_("The accounts “scripts” and “foundry-scripts” are people’s."))


def scripts_caller(person: UUID | None) -> Caller:
    """The account, on behalf of who ran a script, or of the owner who switched it on."""
    return Caller(user=scripts_user(), via="job", credential="job", on_behalf_of=person)
