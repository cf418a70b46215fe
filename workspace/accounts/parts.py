"""What the trunk knows of an account: its projects, its ways in, and what closing it ends."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.factors import describe_factors
from accounts.lockout import locked_until
from accounts.models import Kind, PersonalAccessToken, User
from accounts.sessions import count_sessions
from locking.models import Lease
from projects.models import Member, Project
from projects.roles import role_label
from projects.succession import projects_left_by
from workspace.sections import SectionContext


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One project of a person that the reader may see, too."""

    project: Project
    role: str
    is_only_owner: bool


def project_counts(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """In how many projects each account is a member."""
    counted = Member.objects.filter(user__in=ids).values("user_id").annotate(n=Count("id")).order_by()
    return {row["user_id"]: ngettext("{n} project", "{n} projects", row["n"]).format(n=row["n"]) for row in counted}


def projects_values(context: SectionContext) -> dict[str, Any]:
    """The projects of a person; those that the reader must not see are counted only."""
    members = list(Member.objects.filter(user=context.subject).select_related("project").order_by("project__name"))
    visible = set(Project.objects.visible_to(context.user).values_list("id", flat=True))
    alone = {project.id for project in projects_left_by(context.subject.id)} if context.subject.is_active else set()
    shown = [each for each in members if each.project_id in visible]
    rows = [MembershipRow(each.project, str(role_label(each.role)), each.project_id in alone) for each in shown]
    return {"rows": rows, "hidden": len(members) - len(shown)}


def sign_in_values(context: SectionContext) -> dict[str, Any]:
    """How a person gets in: sessions, second factors, tokens, and what keeps them from it."""
    person = context.subject
    return {
        "sessions": count_sessions(person),
        "factors": describe_factors(person),
        "tokens": list(_open_tokens(person)),
        "locked_until": locked_until(person),
        "admin_url": reverse("admin:accounts_user_change", args=[person.pk]),
    }


def ended_sign_ins(user: User) -> Iterator[str]:
    """The sessions and tokens that end with an account."""
    sessions, tokens = count_sessions(user), _open_tokens(user).count()
    if sessions:
        words = ngettext(
            "They are signed out of {n} browser, and cannot sign in any more.",
            "They are signed out of {n} browsers, and cannot sign in any more.",
            sessions,
        )
        yield words.format(n=sessions)
    elif user.kind == Kind.HUMAN:
        yield _("They are signed in nowhere now, and cannot sign in any more.")
    if tokens:
        yield ngettext("{n} access token is revoked.", "{n} access tokens are revoked.", tokens).format(n=tokens)


def ended_work(user: User) -> Iterator[str]:
    """The fields that become free; what an account wrote and signed stays."""
    held = Lease.objects.open().filter(user=user).count()
    if held:
        words = ngettext(
            "{n} field that they edit becomes available.", "{n} fields that they edit become available.", held
        )
        yield words.format(n=held) + " " + _("Unsaved text is kept.")
    yield _("What they wrote and signed stays, under their name.")


def _open_tokens(user: User) -> Any:
    return PersonalAccessToken.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now())
