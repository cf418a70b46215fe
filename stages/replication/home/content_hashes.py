"""Recomputes the content hashes that home's events say its versions have.

The hash covers the language of each file, which events do not name. It is the one of the file's ending, unless somebody
chose another. So a version is wrong where no file changed since the last one that was right, or one that has no files;
where a language may have been chosen, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Final
from uuid import UUID

from drafts.content import content_hash, file_media, language_of
from drafts.draft import CONFIGURATION_MEDIA, PROMPT_MEDIA
from drafts.memory import Memory
from drafts.models import FieldContent
from projects.fields import CONFIGURATION, PROMPT, file_path
from stages.replication.home.named import SAVED
from stages.replication.home.projection.facts import facts_of
from stages.replication.home.projection.shapes import Saved, fit
from stages.replication.home.wire import Position

# So many guesses at languages for one version.
_MAX_GUESSES: Final = 64
_FIXED: Final = {PROMPT: PROMPT_MEDIA, CONFIGURATION: CONFIGURATION_MEDIA}

FieldContents = dict[str, FieldContent]


@dataclass(slots=True)
class _NewestVersion:
    """What the newest version holds; of the files in `guesses` only languages are known that they may have."""

    held: FieldContents = field(default_factory=dict)
    guesses: dict[str, list[str | None]] = field(default_factory=dict)
    is_whole: bool = True

    def save(self, saved: Saved) -> bool:
        """Go on to the next version; whether it may have the content hash that it says."""
        before = dict(self.held)
        for name, change in saved.fields.items():
            self.is_whole &= (self.held[name].sha256 if name in self.held else None) == change.before
            self._set(name, change.after, before.get((saved.renamed or {}).get(name, name)))
        if not self.is_whole:
            return True
        languages = product(*self.guesses.values())
        for each in islice(languages, _MAX_GUESSES):
            found = self.held | self._with(dict(zip(self.guesses, each, strict=True)))
            if content_hash(found) == saved.content_hash:
                self.held, self.guesses = found, {}
                return True
        return bool(self.guesses)

    def _set(self, name: str, sha256: str | None, before: FieldContent | None) -> None:
        self.guesses.pop(name, None)
        if sha256 is None:
            self.held.pop(name, None)
        elif name in _FIXED:
            self.held[name] = FieldContent(sha256, *_FIXED[name])
        else:
            of_ending = language_of(file_path(name))
            kept = [before.language] if before is not None else []
            self.guesses[name] = list(dict.fromkeys([of_ending, *kept, None]))
            self.held[name] = FieldContent(sha256, *file_media(of_ending))

    def _with(self, languages: dict[str, str | None]) -> FieldContents:
        return {
            name: FieldContent(self.held[name].sha256, *file_media(language)) for name, language in languages.items()
        }


# Up to which event of a copy its versions were looked at.
_known: Memory[tuple[UUID, int, str], _NewestVersion] = Memory(200)


def wrong_versions(project_id: UUID, since: Position, upto: Position) -> Iterable[int]:
    """The numbers of the versions recorded after `since` and up to `upto` that have another content than they say."""
    start = (project_id, since.seq, since.hash)
    kept = _known.recall([start]).get(start)
    versions = _NewestVersion(dict(kept.held), dict(kept.guesses), kept.is_whole) if kept else _NewestVersion()
    wrong = []
    for fact in facts_of(project_id, SAVED, after=since.seq if kept else 0, upto=upto.seq):
        saved = fit(Saved, fact.data)
        if saved is None:
            versions.is_whole = False
        elif not versions.save(saved) and fact.seq > since.seq:
            wrong.append(saved.version)
    _known.keep({(project_id, upto.seq, upto.hash): versions})
    return wrong
