"""Steps in the transaction that writes a version, whatever wrote it: a save, revert, undo, import, accepted proposal.

    def _queue_runs(version: NewVersion) -> None:
        if "prompt_text" in version.changed_fields:
            ...

    when_written("runs", _queue_runs)  # in ready()

A step runs inside the write's transaction, after the version and its event and before the commit. It may record events
(`version.write.record`), write rows, ask for something after the commit (`version.write.afterwards`), or raise a
`DomainError`: the version is then not written, and a save's texts are kept for their writer as after any refusal.
Steps run in the order of their names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from accounts.callers import Caller
from drafts.models import Draft
from kernel.registry import Registry
from projects.writing import ProjectWrite


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version that has just been inserted; `previous` is the one before it, None for the first."""

    write: ProjectWrite
    draft: Draft
    previous: Draft | None

    @property
    def caller(self) -> Caller:
        return self.write.caller

    @property
    def changed_fields(self) -> list[str]:
        """The names of the fields that differ from the previous version."""
        return self.draft.changed_fields


VersionStep = Callable[[NewVersion], None]
VERSION_STEPS: Final = Registry[VersionStep]("step of a new version")


def when_written(name: str, step: VersionStep) -> None:
    """Have a step run in the transaction of every new version."""
    VERSION_STEPS.register(name, step)


def run_version_steps(version: NewVersion) -> None:
    """Run every step. Costs nothing where there is none."""
    for step in VERSION_STEPS.values():
        step(version)
