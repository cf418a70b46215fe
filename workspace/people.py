"""People as the pages show them: a printed name, initials, and a tint that distinguishes them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Person, User

TINTS = 6


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person on a page. `tint` (0 to 5) follows from the id, so that it is the same on every screen."""

    id: str
    display_name: str
    kind: str

    @classmethod
    def of(cls, person: User | Person) -> PersonView:
        """From an account, or from the `{id, display_name, kind}` that frames and answers carry."""
        known: Person = person.person() if isinstance(person, User) else person
        return cls(known["id"], known["display_name"], known["kind"])

    @property
    def first_name(self) -> str:
        return self.display_name.split()[0]

    @property
    def initials(self) -> str:
        words = self.display_name.split()
        letters = words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]
        return letters.upper()

    @property
    def tint(self) -> int:
        return UUID(self.id).int % TINTS
