"""The files of a commit in a bare clone, read by git's plumbing: no work tree, so no link or path touches a disk."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Final

from django.utils.translation import gettext as _

from projects.fields import FILES
from stages.runs.git.errors import GitError
from stages.runs.git.process import ENVIRONMENT, run_git
from stages.runs.trees.errors import TreeError, UnreadableFile
from stages.runs.trees.tree import Tree, TreeFile, check_path, too_large

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LISTING_SECONDS: Final = 60
# Files of a commit, and bytes of their list.
MAX_FILES: Final = 100_000
MAX_LISTING: Final = 32 * 1024**2


class GitTree(Tree):
    """The files of one commit. Close it: it keeps one `git cat-file` open for reading."""

    def __init__(self, folder: Path, commit: str) -> None:
        """List the files of `commit`, a full object name, in the bare clone in `folder`.

        Raises `TreeError` where git cannot read it, or it has too many files.
        """
        if not _COMMIT.fullmatch(commit):
            raise TreeError(_("{commit} is not the full name of a commit.").format(commit=commit[:80]))
        self._folder = folder
        self._git = ["git", f"--git-dir={folder}"]
        self._environment = {**ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)}
        self._lock = Lock()
        self._reader: subprocess.Popen[bytes] | None = None
        self._objects: dict[str, str] = {}
        self._files: dict[str, TreeFile] = {}
        for line in self._list(commit):
            self._add(line)

    @property
    def files(self) -> Mapping[str, TreeFile]:
        return self._files

    def text(self, path: str) -> str:
        file = self._files[path]
        if file.notice:
            raise UnreadableFile(path, file.notice)
        content = self._content(self._objects[path])
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            raise UnreadableFile(path, _("it is not UTF-8 text")) from None
        if "\0" in text:
            raise UnreadableFile(path, _("it is a binary file"))
        return text

    def check_new_path(self, path: str) -> None:
        check_path(path, FILES + path)

    def close(self) -> None:
        with self._lock:
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.kill()
            reader.communicate()

    def _list(self, commit: str) -> list[bytes]:
        # A commit of a few kilobytes can have billions of paths, with folders that repeat: git is stopped at a limit.
        command = ("ls-tree", "-r", "-z", "-l", "--full-tree", commit)
        try:
            listed = run_git(*command, folder=self._folder, seconds=_LISTING_SECONDS, max_file=MAX_LISTING)
        except GitError as error:
            words = _("git cannot list the files of the commit: {reason}")
            raise TreeError(words.format(reason=error.detail)) from None
        if listed.count(b"\0") > MAX_FILES:
            raise TreeError(_("The commit has more than {most} files.").format(most=MAX_FILES))
        return [line for line in listed.split(b"\0") if line]

    def _add(self, line: bytes) -> None:
        facts, _tab, name = line.partition(b"\t")
        mode, kind, object_name, size_text = facts.decode("ascii").split()
        size = int(size_text) if size_text.isdigit() else 0
        path = name.decode("utf-8", "replace")
        notice = None
        if kind == "commit":
            notice = _("it is a submodule")
        elif mode == "120000":
            notice = _("it is a symbolic link")
        elif path.encode() != name:
            notice = _("its name is not UTF-8 text")
        elif not path.isprintable():
            notice = _("its name has a control character")
        self._files[path] = TreeFile(path, size, notice or too_large(size), mode)
        self._objects[path] = object_name

    def _content(self, object_name: str) -> bytes:
        with self._lock:
            if self._reader is None:
                self._reader = subprocess.Popen(
                    [*self._git, "cat-file", "--batch"],
                    env=self._environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            given, answers = self._reader.stdin, self._reader.stdout
            assert given is not None
            assert answers is not None
            try:
                given.write(f"{object_name}\n".encode())
                given.flush()
            except BrokenPipeError:
                raise TreeError(_("git ended while it was read.")) from None
            header = answers.readline().split()
            if len(header) != 3 or header[1] != b"blob":
                raise TreeError(_("git does not have the object {name}.").format(name=object_name))
            size = int(header[2])
            return answers.read(size + 1)[:size]
