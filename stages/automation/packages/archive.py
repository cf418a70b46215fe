"""Reads the zip archive of a package: text files only, nothing that a path or a size could hide."""

from __future__ import annotations

import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from typing import Final

from django.utils.translation import gettext

from kernel.errors import ValidationFailed
from stages.automation.packages.refusing import refuse

MAX_ARCHIVE: Final = 2 * 1024 * 1024
MAX_FILES: Final = 200
# Content of a file lies in one row.
MAX_FILE: Final = 512 * 1024
MAX_PATH_LENGTH: Final = 200
MANIFEST: Final = "module.toml"

# Folders count as entries too.
_MAX_ENTRIES: Final = 2 * MAX_FILES
_MAX_DIRECTORY: Final = 256 * 1024
_END: Final = struct.Struct("<4s4H2LH")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_SEGMENT: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]*")
# What file managers add by themselves.
_IGNORED: Final = re.compile(r"(^|/)(__MACOSX(/|$)|\.DS_Store$|Thumbs\.db$)")


def read_archive(data: bytes) -> dict[str, str]:
    """The text files of a package by their paths. Where all of them are in one folder, it is left out of the paths.

    Raises `ValidationFailed` naming the file.
    """
    if len(data) > MAX_ARCHIVE:
        raise refuse("archive", gettext("A package has at most 2 MiB."))
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _checked_entries(archive, data)
            files = {path: _read_text(archive, entry, path) for path, entry in entries.items()}
    except ValidationFailed:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise refuse("archive", gettext("This is not a zip archive that can be read.")) from error
    return _without_folder(files)


def _check_directory(data: bytes) -> None:
    """Refuse what would take long to read: too many entries, a directory that is elsewhere, more than one archive."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or at + _END.size > len(data):
        raise refuse("archive", gettext("This is not a zip archive that can be read."))
    _sign, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(data, at)
    if at + _END.size + comment != len(data) or disk or first_disk or here != count:
        raise refuse("archive", gettext("This is not a zip archive that can be read."))
    if count > _MAX_ENTRIES or size > _MAX_DIRECTORY:
        raise refuse("archive", gettext("A package has at most %(most)s files.") % {"most": MAX_FILES})
    if offset + size != at:
        raise refuse("archive", gettext("There is something else in front of the archive or within it."))


def _checked_entries(archive: zipfile.ZipFile, data: bytes) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by their paths; all is asked that can be without unpacking."""
    found: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    total = 0
    listed = [each for each in archive.infolist() if not _IGNORED.search(each.filename)]
    _check_overlaps(archive.infolist(), data)
    for entry in listed:
        path = _checked_path(entry)
        if entry.is_dir():
            continue
        if path.casefold() in folded:
            raise refuse(path, gettext("There are two files of this name."))
        folded.add(path.casefold())
        total += entry.file_size
        if entry.file_size > MAX_FILE:
            raise refuse(path, gettext("A file of a package has at most 512 KiB."))
        if total > MAX_ARCHIVE:
            raise refuse("archive", gettext("A package has at most 2 MiB."))
        found[path] = entry
    if len(found) > MAX_FILES:
        raise refuse("archive", gettext("A package has at most %(most)s files.") % {"most": MAX_FILES})
    for path in folded:
        parts = path.split("/")
        if any("/".join(parts[:count]) in folded for count in range(1, len(parts))):
            raise refuse(path, gettext("There is a file that has the name of its folder."))
    return found


def _checked_path(entry: zipfile.ZipInfo) -> str:
    path = entry.filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.orig_filename != path or len(path) > MAX_PATH_LENGTH:
        raise refuse(path, gettext("A path has at most 200 characters, and no control characters."))
    segments = path.removesuffix("/").split("/")
    if not all(_SEGMENT.fullmatch(each) and not each.endswith((".", " ")) for each in segments):
        raise refuse(
            path, gettext("A path has letters, digits, full stops, - and _ only, and leads to no other folder.")
        )
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or ((kind == stat.S_IFDIR) != entry.is_dir() and kind):
        raise refuse(path, gettext("A package has files and folders only."))
    if entry.flag_bits & _ENCRYPTED:
        raise refuse(path, gettext("It is encrypted."))
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refuse(path, gettext("It is packed in a way that is not read here."))
    return path


def _check_overlaps(entries: list[zipfile.ZipInfo], data: bytes) -> None:
    """Refuse entries whose bytes are shared, or whose headers say different names."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        at = entry.header_offset
        if at < end or at + _LOCAL.size > len(data):
            raise refuse(entry.filename, gettext("Its bytes are those of another file too."))
        sign, *_others, name_length, extra_length = _LOCAL.unpack_from(data, at)
        start = at + _LOCAL.size
        name = data[start : start + name_length]
        # Names have ASCII only here, in which all encodings agree.
        if sign != b"PK\x03\x04" or name != entry.orig_filename.encode("utf-8", "replace"):
            raise refuse(entry.filename, gettext("Its name is another one within the archive."))
        end = start + name_length + extra_length + entry.compress_size


def _read_text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str) -> str:
    try:
        with archive.open(entry) as file:
            content = file.read(MAX_FILE + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise refuse(path, gettext("It is damaged.")) from error
    if len(content) != entry.file_size:
        raise refuse(path, gettext("It is damaged."))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refuse(path, gettext("It is no text in UTF-8.")) from error
    if any(unicodedata.category(each) == "Cc" and each not in "\t\n\r" for each in set(text)):
        raise refuse(path, gettext("It is no text: it has control characters."))
    return text


def _without_folder(files: dict[str, str]) -> dict[str, str]:
    """The same, without the folder that an archive of a folder begins with."""
    if MANIFEST not in files:
        folders = {path.split("/", 1)[0] for path in files}
        if len(folders) == 1 and (
            found := {path.split("/", 1)[1]: text for path, text in files.items() if "/" in path}
        ):
            files = found if len(found) == len(files) else files
    if MANIFEST not in files:
        raise refuse(MANIFEST, gettext("The package has no module.toml."))
    return files
