"""Why a text of the registers is refused."""

from __future__ import annotations


class Malformed(ValueError):
    """A text, header, payload or value that breaks the form; `member` names where, such as `payload.value`.

    `template` and `facts` are the words and what they are filled with, so that whoever shows them can translate.
    """

    def __init__(self, member: str, template: str, **facts: object) -> None:
        self.member = member
        self.template = template
        self.facts = facts
        super().__init__(f"{member}: {self.words}" if member else self.words)

    @property
    def words(self) -> str:
        return self.template.format(**self.facts)

    def below(self, member: str) -> Malformed:
        """The same problem, as one of a member that contains this one."""
        path = f"{member}.{self.member}" if self.member else member
        return type(self)(path, self.template, **self.facts)


class NeedsNewerVersion(Malformed):
    """A well-formed text of a version or of a kind that this program does not know yet."""
