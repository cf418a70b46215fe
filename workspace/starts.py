"""Further ways by which a project comes to this site, beside New project on the list of projects. Apps register theirs.

STARTS.register("runs", Start(label=_("From a run"), icon="play", url_name="runs:start", position=50))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise

from kernel.registry import Registry
from kernel.site_permissions import may_on_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One way, for those who have a site permission (everybody who is signed in, unless given)."""

    label: Promise
    icon: str
    url_name: str
    position: float
    permission: str = ""

    @property
    def url(self) -> str:
        """The address of its page."""
        return reverse(self.url_name)


STARTS: Final = Registry[Start]("way to start a project")


def starts_of(user: object) -> Iterator[Start]:
    """The ways that are open to somebody who is signed in."""
    for start in STARTS.values():
        if not start.permission or may_on_site(start.permission, user):
            yield start
