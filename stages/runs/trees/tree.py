"""A read-only view of files: those of a draft, or of a commit (`stages.runs.trees.git_tree`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from projects.fields import CONFIGURATION, FILES, PROMPT, check_field_name
from stages.runs.trees.errors import PatchRejected, UnreadableFile

# In bytes: the text of a larger file is not read.
MAX_TEXT: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class TreeFile:
    """One file: its size in bytes, and as a `notice` why its text is not read."""

    path: str
    size: int
    notice: str | None = None
    mode: str = "100644"


class Tree(ABC):
    """Files by their paths. Nothing of it is ever written to a disk."""

    @property
    @abstractmethod
    def files(self) -> Mapping[str, TreeFile]:
        """All files, in order of their paths, those that are not read included."""

    @abstractmethod
    def text(self, path: str) -> str:
        """The text of a file. Raises `KeyError` where there is none, `UnreadableFile` where its text is not read."""

    @abstractmethod
    def check_new_path(self, path: str) -> None:
        """Raise `PatchRejected` if no file may be made at this path, whichever files there are."""

    def check_removable(self, path: str) -> None:  # noqa: B027 (in most trees all can)
        """Raise `PatchRejected` if the file at this path can be neither deleted nor renamed."""

    def resolve(self, path: str) -> str:
        """The path in this tree that somebody means who wrote `path`."""
        return path


class DraftTree(Tree):
    """The fields of a draft, by their names: `prompt_text`, `model_configuration`, `files/<path>`."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._texts = {name: fields[name] for name in sorted(fields)}
        self._files = {name: _file(name, text) for name, text in self._texts.items()}

    @property
    def files(self) -> Mapping[str, TreeFile]:
        return self._files

    def text(self, path: str) -> str:
        notice = self._files[path].notice
        if notice:
            raise UnreadableFile(path, notice)
        return self._texts[path]

    def check_new_path(self, path: str) -> None:
        check_path(path, path)

    def check_removable(self, path: str) -> None:
        if path in {PROMPT, CONFIGURATION}:
            raise PatchRejected(_("{path} can be changed, but neither deleted nor renamed.").format(path=path))

    def resolve(self, path: str) -> str:
        """A file's path may be written without `files/`."""
        return path if path in {PROMPT, CONFIGURATION} or path.startswith(FILES) else FILES + path


class ChangedTree(Tree):
    """Another tree with some of its files changed: `texts` are the new ones by path, None for a file that is gone."""

    def __init__(self, tree: Tree, texts: Mapping[str, str | None]) -> None:
        self._tree = tree
        self._texts = texts
        files = {path: file for path, file in tree.files.items() if path not in texts}
        for path, text in texts.items():
            if text is not None:
                files[path] = _file(path, text, tree.files[path].mode if path in tree.files else "100644")
        self._files = {path: files[path] for path in sorted(files)}

    @property
    def files(self) -> Mapping[str, TreeFile]:
        return self._files

    def text(self, path: str) -> str:
        file = self._files[path]
        if file.notice:
            raise UnreadableFile(path, file.notice)
        text = self._texts.get(path)
        return self._tree.text(path) if text is None else text

    def check_new_path(self, path: str) -> None:
        self._tree.check_new_path(path)

    def check_removable(self, path: str) -> None:
        self._tree.check_removable(path)

    def resolve(self, path: str) -> str:
        return self._tree.resolve(path)


def check_path(path: str, field: str) -> None:
    """Raise `PatchRejected` where `field`, which stands for `path`, is not the name of a field."""
    try:
        check_field_name(field)
    except ValidationFailed as error:
        words = _("{path} cannot be the path of a file. {reason}")
        raise PatchRejected(words.format(path=path[:200], reason=error.errors["field"][0])) from None


def too_large(size: int) -> str | None:
    """The notice of a file whose text is not read for its size in bytes."""
    return _("it has {size} bytes").format(size=size) if size > MAX_TEXT else None


def _file(name: str, text: str, mode: str = "100644") -> TreeFile:
    size = len(text.encode("utf-8", "surrogatepass"))
    return TreeFile(name, size, too_large(size), mode)
