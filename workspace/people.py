"""People as the pages show them: a printed name, initials, and a tint that distinguishes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Person, User
from projects.models import Member

TINTS = 6
# Titles that people write before their names without a full stop; `names.ts` has the same.
TITLES = frozenset({"dr", "miss", "mr", "mrs", "ms", "mx", "prof", "sir"})
# In characters: names up to here are shown whole; `names.ts` has the same.
MAX_WHOLE_NAME = 24
# After a title: "Dr. h. c.", "Dr. e. h.".
HONORARY = frozenset({("h.", "c."), ("e.", "h.")})


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person on a page. `tint` (0 to 5) is theirs outside of projects; in one, `tints_of` says it."""

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
        """What a narrow place calls them: the first word of their name that is no title."""
        return first_name(self.display_name)

    @property
    def initials(self) -> str:
        words = without_titles(self.display_name)
        letters = words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]
        return letters.upper()

    @property
    def tint(self) -> int:
        return UUID(self.id).int % TINTS


def first_name(name: str) -> str:
    """The first word of a name that is no title; empty for no name."""
    return without_titles(name)[0] if name else ""


def brief_name(name: str) -> str:
    """A name for a row that would cut it: a long one without the titles before it, so that what is cut is its end."""
    return name if len(name) <= MAX_WHOLE_NAME else " ".join(without_titles(name))


def without_titles(name: str) -> list[str]:
    """The words of a name without titles before them, of which a name could begin with several; never empty.

    A title is one of `TITLES` or a word with a full stop at its end, such as "Dipl.-Ing.", but not a first name's
    initial.
    """
    words = name.split()
    start = 0
    while start < len(words) - 1:
        if start and tuple(words[start : start + 2]) in HONORARY:
            start += 2
        elif _is_title(words[start]):
            start += 1
        else:
            break
    return words[start:] or words[-1:]


def _is_title(word: str) -> bool:
    return word.lower() in TITLES or (word.endswith(".") and len(word) > 2)


def tints_of(project_id: UUID) -> Mapping[str, int]:
    """The tints of a project's members by id: different ones as long as there are enough; one query.

    In the order in which they became members, each gets their own tint, or the next one that fewest have. So somebody
    new changes nobody's, and every screen shows the same.
    """
    taken: Counter[int] = Counter()
    tints: dict[str, int] = {}
    for user_id in Member.objects.filter(project_id=project_id).order_by("id").values_list("user_id", flat=True):
        own = user_id.int % TINTS
        tint = min(range(own, own + TINTS), key=lambda each: (taken[each % TINTS], each)) % TINTS
        taken[tint] += 1
        tints[str(user_id)] = tint
    return tints
