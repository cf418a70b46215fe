"""Why a tree or a patch is refused; `code` is one of the causes of a failed run."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _


class TreeError(Exception):
    """A refusal; its text says what is wrong, and where."""

    code: ClassVar[str] = "patch_rejected"


class PatchRejected(TreeError):
    """The patch cannot be read, or does not fit the files."""


class ForbiddenPath(TreeError):
    """The patch names a path that no run may read or write; `path` is that path."""

    code = "forbidden_path"

    def __init__(self, path: str, *, guarded: bool = False) -> None:
        shown = path[:200]
        words = (
            _("{path} may only be changed where the repository's settings allow it.")
            if guarded
            else _("{path} is a path that a run never reads or changes.")
        )
        super().__init__(words.format(path=shown))
        self.path = path


class UnreadableFile(TreeError):
    """The file is there, and its text is not read: it is a link, a submodule, binary or too large."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(_("{path} is not read: {reason}.").format(path=path[:200], reason=reason))
        self.path = path
        self.reason = reason
