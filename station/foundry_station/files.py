"""Files as they are on the disk: looked at without following links out of a folder, replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

MAX_FILE_BYTES: Final = 32 * 1024 * 1024
NEW_FILE_MODE: Final = 0o644
NEW_FOLDER_MODE: Final = 0o755
# What HFS+ leaves out of names (git's `is_hfs_dotgit`).
_IGNORED: Final = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")

Signature = tuple[int, int, int, int, int, int]


class Kind(Enum):
    """What is at a path."""

    ABSENT = "absent"
    FILE = "file"
    # A link that leads out of its folder tree, or nowhere.
    LINK = "link"


class Unusable(Exception):
    """A file cannot be looked at or replaced; `reason` is a short code for reports."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class ChangedMeanwhile(Exception):
    """A file was changed between being looked at and being replaced: it has to be looked at again."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is at a path: its bytes, its permission bits, and what would change if anything did."""

    kind: Kind
    data: bytes = b""
    mode: int | None = None
    link: str | None = None
    signature: Signature | None = None


def signature(path: str | Path) -> Signature | None:
    """What changes whenever a file does; None where nothing is there. Links are not followed."""
    try:
        return _signature(os.lstat(path))
    except OSError:
        return None


def real_path(path: Path, root: Path) -> Path:
    """The path that is written for `path`: where its links lead, as long as that is inside `root`.

    What git keeps for itself is outside, too. A link that leads elsewhere is itself what is replaced. Raises `Unusable`
    where the folder is outside of `root`.
    """
    inside = os.path.realpath(root)
    folder = os.path.realpath(path.parent)
    if not _is_writable_in(folder, inside):
        raise Unusable("outside", f"{path.parent} leads out of {root}.")
    here = Path(folder) / path.name
    if not here.is_symlink():
        return here
    target = os.path.realpath(here)
    return Path(target) if _is_writable_in(target, inside) and not Path(target).is_symlink() else here


def look(path: Path) -> Found:
    """What is at a path whose links were followed already. Raises `Unusable` for what is no text file."""
    try:
        facts = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return Found(Kind.ABSENT)
    except OSError as error:
        raise _unusable(error) from error
    if stat.S_ISLNK(facts.st_mode):
        return Found(Kind.LINK, link=str(path.readlink()), signature=_signature(facts))
    if stat.S_ISDIR(facts.st_mode):
        raise Unusable("folder", "A folder is in its place.")
    if not stat.S_ISREG(facts.st_mode):
        raise Unusable("special", "It is no file.")
    return _read(path)


def _read(path: Path) -> Found:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                raise Unusable("special", "It is no file.")
            if facts.st_size > MAX_FILE_BYTES:
                raise Unusable("size", f"A file may have {MAX_FILE_BYTES} bytes at most.")
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return Found(Kind.ABSENT)
    except OSError as error:
        raise _unusable(error) from error
    if data.startswith(_UTF_16):
        raise Unusable("utf-16", "The file is written in UTF-16.")
    if b"\0" in data:
        raise Unusable("binary", "The file is no text.")
    return Found(Kind.FILE, data, stat.S_IMODE(facts.st_mode), signature=_signature(facts))


@dataclass(frozen=True, slots=True)
class Replacement:
    """A new content for a path that was looked at, prepared under the name `temporary` beside it."""

    path: Path
    found: Found
    data: bytes
    temporary: str

    @classmethod
    def of(cls, path: Path, found: Found, data: bytes) -> Replacement:
        return cls(path, found, data, f".{path.name[:100]}.foundry-{secrets.token_hex(6)}")

    def write(self) -> Signature:
        """Put the content in place, if what is there is still what was found; its signature afterwards.

        The signature is of what was written, also where somebody removes or changes it at once.

        Raises `ChangedMeanwhile`, and `Unusable` where the folder refuses it; then the file is as it was.
        """
        try:
            with _folder(self.path.parent) as folder:
                try:
                    with self._prepared(folder) as descriptor:
                        before = os.fstat(descriptor)
                        self._look_again(folder)
                        os.rename(self.temporary, self.path.name, src_dir_fd=folder, dst_dir_fd=folder)
                        after = os.fstat(descriptor)
                except BaseException:
                    with suppress(OSError):
                        os.unlink(self.temporary, dir_fd=folder)
                    raise
                with suppress(OSError):
                    os.fsync(folder)
        except OSError as error:
            raise _unusable(error) from error
        is_ours = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        # To rename a file changes its ctime, and a file in place never has the signature from before.
        return _signature(after if is_ours else before)

    @contextmanager
    def _prepared(self, folder: int) -> Iterator[int]:
        """The content on the disk, under its other name; the open file."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self.temporary, flags, NEW_FILE_MODE, dir_fd=folder)
        try:
            if self.found.mode is not None:
                os.fchmod(descriptor, self.found.mode)
            rest = memoryview(self.data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
            yield descriptor
        finally:
            os.close(descriptor)

    def _look_again(self, folder: int) -> None:
        try:
            now: Signature | None = _signature(os.stat(self.path.name, dir_fd=folder, follow_symlinks=False))
        except FileNotFoundError:
            now = None
        if now != self.found.signature:
            raise ChangedMeanwhile


def make_folders(folder: Path, root: Path) -> list[Path]:
    """Make the missing folders from `root` down to `folder`; those that were made, the outermost first.

    Raises `Unusable`; `root` itself is never made.
    """
    missing = []
    while folder != root and not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    made = []
    try:
        for each in reversed(missing):
            each.mkdir(mode=NEW_FOLDER_MODE)
            made.append(each)
    except OSError as error:
        raise _unusable(error) from error
    return made


def remove(path: Path, found: Found) -> None:
    """Remove a file that is still what was found. Raises `ChangedMeanwhile` and `Unusable`."""
    if signature(path) != found.signature:
        raise ChangedMeanwhile
    try:
        with _folder(path.parent) as folder, suppress(FileNotFoundError):
            os.unlink(path.name, dir_fd=folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unusable(error) from error


def put_link(path: Path, target: str) -> None:
    """Make a link where no file is. Raises `Unusable`."""
    try:
        path.symlink_to(target)
    except OSError as error:
        raise _unusable(error) from error


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    """The folder, held open: what its name means later does not matter. None of the folders to it may be a link."""
    descriptor = _open_folder(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open_folder(path: Path) -> int:
    flags = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    if not hasattr(os, "O_PATH"):
        return os.open(path, os.O_RDONLY | flags)
    *above, last = path.absolute().parts
    descriptor: int | None = None
    try:
        for each in above:
            # Folders that may be passed through need not be readable.
            following = os.open(each, os.O_PATH | flags, dir_fd=descriptor)
            if descriptor is not None:
                os.close(descriptor)
            descriptor = following
        return os.open(last, os.O_RDONLY | flags, dir_fd=descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _signature(facts: os.stat_result) -> Signature:
    return (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_mode)


def _is_inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _is_writable_in(path: str, root: str) -> bool:
    return _is_inside(path, root) and not any(map(is_of_git, Path(path).relative_to(root).parts))


def is_of_git(part: str) -> bool:
    """Whether some file system takes a part of a path for `.git`: HFS+ ignores some characters, NTFS ends of names."""
    plain = _IGNORED.sub("", part).split(":")[0].rstrip(". ").casefold()
    return plain in {".git", "git~1"}


def _unusable(error: OSError) -> Unusable:
    name = errno.errorcode.get(error.errno or 0, "error").lower()
    return Unusable(name, error.strerror or str(error))
