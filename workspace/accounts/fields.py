"""The text fields of the forms about accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import MAX_DISPLAY_NAME
from kernel.names import MAX_REASON


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField:
    """A field, with what was typed and what is wrong with it. A password is never shown again."""

    name: str
    label: Promise
    maximum: int
    hint: Promise | str = ""
    type: str = "text"
    autocomplete: str = "off"
    is_required: bool = False
    is_first: bool = False
    value: str = ""
    errors: Sequence[str] = field(default_factory=list)

    @property
    def described_by(self) -> str:
        """The ids of what describes the field: its hint, its errors."""
        parts = [name for name, is_there in (("hint", self.hint), ("error", self.errors)) if is_there]
        return " ".join(f"account-{self.name}-{part}" for part in parts)

    def filled(self, values: Mapping[str, Any], errors: Mapping[str, Sequence[str]]) -> TextField:
        """The field with its value and errors, by its name."""
        value = "" if self.type == "password" else str(values.get(self.name) or "")
        return replace(self, value=value, errors=errors.get(self.name, ()))


USERNAME = TextField(
    name="username",
    label=_("User name"),
    maximum=150,
    hint=_("Never changed, and never given to somebody else."),
    is_required=True,
    is_first=True,
)
NAME = TextField(
    name="display_name",
    label=_("Name"),
    maximum=MAX_DISPLAY_NAME,
    hint=_("As it is printed on records. The user name if left empty."),
)
NEW_NAME = replace(NAME, hint=_("Records that exist keep the name that they have."), is_required=True, is_first=True)
EMAIL = TextField(name="email", label=_("E-mail"), maximum=254, type="email")
PASSWORD = TextField(
    name="password",
    label=_("First password"),
    maximum=4096,
    hint=_(
        "They must choose one of their own before they can sign. Leave it empty for those who sign in with your "
        "organisation, and for programs with tokens."
    ),
    type="password",
    autocomplete="new-password",
)
REASON = TextField(name="reason", label=_("Reason"), maximum=MAX_REASON, is_required=True, is_first=True)
