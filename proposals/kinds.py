"""What a proposal can change: kinds of changes, which apps register.

    kinds.register(Kind(name="record", read=..., ...))  # in ready()

A change names its target as `kind:target`; `field` is the kind of the trunk (`proposals.fields`), whose prefix may be
left out. What a target holds is a JSON value of the kind's own (None: it does not exist), such as the hash and
media type of a field. Two such values are compared to find out whether a target has drifted, and rounds consist of
them, so they must say everything that matters.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from drafts.compare.budget import Budget
from drafts.models import Draft
from kernel.errors import ValidationFailed
from kernel.registry import Registry
from kernel.statements import Rows, Statement, run
from projects.models import Status
from projects.writing import ProjectWrite

if TYPE_CHECKING:
    from proposals.models import Round

DEFAULT_KIND: Final = "field"

Content = dict[str, Any] | None


class Key(NamedTuple):
    """A target and its kind."""

    kind: str
    target: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.target}"

    @property
    def name(self) -> str:
        """How REST names it: a field without its kind."""
        return self.target if self.kind == DEFAULT_KIND else str(self)


class Staged(NamedTuple):
    """A staged value: any JSON value of the kind (None removes the target), its language, and its size in bytes."""

    value: Any
    language: str | None
    size: int


class Accepted(NamedTuple):
    """What an accepted change does: what its target holds at this moment, and what it shall hold."""

    before: Content
    after: Content


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The acceptance of a round, as the kinds need it: the message for a version, and the origin of what is made.

    `origin` has the proposal's `id` and the round's `contributors`; `proposal` its `number` and the contributors'
    names (`writers`), for the events of what is made.
    """

    round: Round
    message: str
    origin: Mapping[str, Any]
    proposal: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """How what targets hold is read by one small statement, which can be sent together with others.

    - `statement(project_id, version)`: it, for a version or (None) now; its rows are read as binary;
    - `held(rows, targets)`: what its rows say of the targets, as `Kind.read` gives it.
    """

    statement: Callable[[UUID, int | None], Statement]
    held: Callable[[Rows, Collection[str]], Mapping[str, Content]]

    def read(self, project_id: UUID, targets: Collection[str], version: int | None) -> Mapping[str, Content]:
        """What the targets hold: the `read` of such a kind."""
        return self.held(run(self.statement(project_id, version), binary=True), targets)


class FollowUp(NamedTuple):
    """A target that is changed because of others, what it holds now and then, and what does it, for people."""

    target: str
    before: Content
    after: Content
    source: str


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of target is read, staged, compared and changed.

    - `statuses`: the statuses of a project in which it can be accepted;
    - `read(project_id, targets, version)`: what the targets hold, in a version or (None) now;
    - `parse(target, value)`: what a client sent, in the form that is kept. Raises `ValidationFailed` for its target or
      shape, `PayloadTooLarge`; syntax is not checked here, so that unfinished text can be staged;
    - `check(target, staged)`: raises `ValidationFailed` for what cannot be submitted;
    - `canonical(target, staged)`: what the target will hold, as in `read`;
    - `staged(content)`: the staged form of a content, the inverse of `canonical`;
    - `texts(staged)`: the texts that a round keeps as contents, which `canonical` names by their SHA-256;
    - `apply(write, acceptance, changes)`: makes the changes in the transaction of the acceptance, records its own
      events, and returns the version that it made, if it makes one. Raises to refuse the whole acceptance;
    - `label(target)`: the target for people;
    - `labels(project_id, contents)`: the same for many, by the names that things have in the project, or would have by
      what the targets hold (None: not known); None: as `label`;
    - `addresses(project_id, targets)`: the pages of those targets that have one; None where none has;
    - `read_texts(contents)`: the texts behind contents that rounds and versions hold, by SHA-256, in one query;
    - `difference(target, before, after, budget)`: how two texts (None: there is none) differ, as REST shows it; the
      targets of a comparison share the budget;
    - `read_locked(write, targets)`: what the targets hold now, as `read` gives it, from what the write of an acceptance
      has read with its project; None: `read` is asked;
    - `reading`: how a list reads what the targets hold together with its rows; None: `read` is asked;
    - `canonical_of_hash(target, sha256, language)`: as `canonical`, from the SHA-256 of a staged text (None: the target
      is removed), so that a list reads no texts; None for a kind whose values are no texts;
    - `merges`: whether its values are texts that can be merged by lines;
    - `follows(project_id, changes)`: what else an acceptance would change because of contents that targets get; None
      where nothing follows from changes of this kind.
    """

    name: str
    statuses: frozenset[Status]
    read: Callable[[UUID, Collection[str], int | None], Mapping[str, Content]]
    parse: Callable[[str, object], Staged]
    check: Callable[[str, Staged], None]
    canonical: Callable[[str, Staged], Content]
    staged: Callable[[Content], Staged]
    texts: Callable[[Staged], tuple[str, ...]]
    apply: Callable[[ProjectWrite, Acceptance, Mapping[str, Accepted]], Draft | None]
    label: Callable[[str], str]
    read_texts: Callable[[Collection[Content]], Mapping[str, str]]
    difference: Callable[[str, str | None, str | None, Budget], dict[str, Any]]
    merges: bool = False
    read_locked: Callable[[ProjectWrite, Collection[str]], Mapping[str, Content]] | None = None
    canonical_of_hash: Callable[[str, str | None, str | None], Content] | None = None
    reading: Reading | None = None
    follows: Callable[[UUID, Mapping[str, Content]], list[FollowUp]] | None = None
    labels: Callable[[UUID, Mapping[str, Content]], Mapping[str, str]] | None = None
    addresses: Callable[[UUID, Collection[str]], Mapping[str, str]] | None = None

    def labels_in(self, project_id: UUID, contents: Mapping[str, Content]) -> Mapping[str, str]:
        """Targets for people who see the project; `contents` is what they hold, None where that is not known."""
        if self.labels is None:
            return {each: self.label(each) for each in contents}
        return self.labels(project_id, contents)

    def addresses_in(self, project_id: UUID, targets: Collection[str]) -> Mapping[str, str]:
        """The pages of those targets that have one."""
        return self.addresses(project_id, targets) if self.addresses is not None else {}


KINDS: Final = Registry[Kind]("kind of change")


def register(kind: Kind) -> None:
    """Add a kind; called from an app's `ready()`."""
    KINDS.register(kind.name, kind)


def read_key(name: object) -> Key:
    """The key that a client's name of a target stands for. Whether the target exists its kind says.

    Raises `ValidationFailed` on `changes` for what is no text.
    """
    if not isinstance(name, str):
        raise ValidationFailed({"changes": [_("Must be the name of a field.")]})
    kind, colon, target = name.partition(":")
    return Key(kind, target) if colon and kind in KINDS else Key(DEFAULT_KIND, name)
