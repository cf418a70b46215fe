"""The sections of a project's settings, of one's own account, and of a person's page. Apps register theirs.

    PROJECT_SECTIONS.register("runs", Section(position=50, template="runs/settings.html", values=models_of_project))

A section's form is sent to an address of its app. Where that refuses it, `workspace.settings.views.settings_page` (or
`workspace.account.views.account_page`, `workspace.accounts.views.person_page`) shows the page again, with what was
typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

from accounts.models import User
from kernel.registry import Registry
from kernel.site_permissions import may_on_site
from projects.access import Access
from projects.permissions import may


@dataclass(frozen=True, slots=True)
class SectionContext:
    """The request of the page, who sends it, and the project (None at an account).

    `person` is whose page an administrator reads.
    """

    request: HttpRequest
    user: User
    access: Access | None = None
    person: User | None = None

    @property
    def subject(self) -> User:
        """Whose account the page is about: the person's, or at one's own account the reader's."""
        return self.person or self.user


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of a page of settings: a template, and the values that it needs.

    Who has `permission` sees it: in the project, at an account on the site; everybody who sees the page, unless given.
    A section of a project that `is_live` is fetched again when the project changes; one with a form that people type
    in must not be.
    """

    position: float
    template: str
    values: Callable[[SectionContext], Mapping[str, Any]] = lambda _context: {}
    permission: str = ""
    is_live: bool = False


PROJECT_SECTIONS: Final = Registry[Section]("section of a project's settings")
ACCOUNT_SECTIONS: Final = Registry[Section]("section of the account page")
PERSON_SECTIONS: Final = Registry[Section]("section of a person's page")


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section as the page shows it."""

    name: str
    section: Section
    values: Mapping[str, Any]


def shown_sections(
    sections: Mapping[str, Section], context: SectionContext, again: Mapping[str, Mapping[str, Any]]
) -> list[SectionView]:
    """The sections that the reader may see; `again` are values by section that replace those of the section."""
    return [
        SectionView(name, section, {**section.values(context), **again.get(name, {})})
        for name, section in sections.items()
        if not section.permission or _may(section.permission, context)
    ]


def _may(permission: str, context: SectionContext) -> bool:
    if context.access is None:
        return may_on_site(permission, context.user)
    return may(permission, role=context.access.role)
