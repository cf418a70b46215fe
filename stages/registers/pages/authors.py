"""Who wrote something, at which site and when, as pages show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from stages.registers.fold.effects import Write
from stages.registers.fold.hlc import split_hlc
from stages.registers.reading.actors import Actors
from workspace.people import PersonView


@dataclass(frozen=True, slots=True)
class Author:
    """A person at a site. `site` is empty where the project is at one site only; `is_reader` says that it is you."""

    person: PersonView
    site: str
    at: datetime
    is_reader: bool

    @property
    def name(self) -> str:
        return self.person.display_name

    @property
    def place(self) -> str:
        """First name and site, for a narrow column."""
        return f"{self.person.first_name} · {self.site}" if self.site else self.person.display_name


class Authors:
    """The people behind operations, for one reader."""

    def __init__(self, project_id: UUID, reader: User) -> None:
        self.actors = Actors(project_id)
        self._reader = reader

    def prefetch(self, keys: Iterable[str]) -> None:
        self.actors.prefetch(keys)

    def of(self, key: str, site: str, hlc: str) -> Author:
        """Who signed with a key at a site at an HLC."""
        actor = self.actors.get(key)
        if actor.user is not None:
            person = PersonView.of(actor.user)
        else:
            person = PersonView(str(UUID(hex=key[:32])), actor.name, "human")
        is_reader = actor.user is not None and actor.user.id == self._reader.id
        return Author(person, self.site(site), time_of(hlc), is_reader)

    def of_write(self, write: Write) -> Author:
        return self.of(write.actor_id, write.site, write.hlc)

    def site(self, site: str) -> str:
        """The name of a site, empty where there is only one."""
        return "" if self.actors.is_alone else self.actors.site(site)

    def elsewhere(self, site: str) -> str:
        """The name of a site, in a sentence."""
        return self.actors.site(site) or _("another site")


def time_of(hlc: str) -> datetime:
    """The time that an HLC says; the last one that can be shown for a clock that is beyond it."""
    try:
        return datetime.fromtimestamp(split_hlc(hlc)[0] / 1_000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime(9999, 12, 31, tzinfo=UTC)
