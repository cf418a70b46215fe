"""Accounts in the palette, for those who manage them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.site_permissions import may_on_site
from workspace.palette.entries import PaletteContext, PaletteEntry

# Rows that are read for what was typed.
MAX_FOUND: Final = 20


def by_name(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The accounts whose names have what was typed: each leads to its page."""
    if not question or not may_on_site("manage_users", context.user):
        return
    for each in User.objects.managed().matching(question).order_by("display_name")[:MAX_FOUND]:
        note = "" if each.is_active else _("Closed")
        href = reverse("workspace:person", args=[each.pk])
        yield PaletteEntry(label=each.display_name, icon="user", href=href, note=note, words=each.username)


def actions(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """A new account."""
    if question and may_on_site("manage_users", context.user):
        yield PaletteEntry(
            label=_("Add an account…"),
            icon="user-plus",
            href=reverse("workspace:new_account"),
            words=_("new person user people invite create"),
        )
