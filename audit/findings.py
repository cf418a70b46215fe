"""What a verifier found wrong."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.invisible import one_line

# The chain of facts about nobody's project; `audit.models` names it for everybody else.
_SITE = "site"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where (`chain#seq`, or a record's name) and what; as text, on one line.

    `chain` is the one whose events it contradicts: a project's id, or `site`.
    """

    where: str
    what: str
    chain: str = _SITE

    def __str__(self) -> str:
        return one_line(f"{self.where}: {self.what}")
