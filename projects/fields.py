"""Field names: `prompt_text`, `model_configuration`, and `files/<path>` with paths that are safe on every machine."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kernel.errors import ValidationFailed
from kernel.ijson import check_text
from kernel.invisible import HIDDEN
from kernel.names import shows_nothing

PROMPT: Final = "prompt_text"
CONFIGURATION: Final = "model_configuration"
FILES: Final = "files/"

MAX_PART_BYTES: Final = 255
MAX_PATH_BYTES: Final = 1024

FieldKind = Literal["prompt", "configuration", "file"]

_FORBIDDEN = re.compile(r'[<>:"|?*\\]')
# Names that Windows keeps for devices, with or without an extension (Microsoft, "Naming Files, Paths, and Namespaces").
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)


def field_kind(name: str) -> FieldKind:
    """Which kind of field a (checked) name is."""
    if name == PROMPT:
        return "prompt"
    if name == CONFIGURATION:
        return "configuration"
    return "file"


def keeps_line_ends(name: str) -> bool:
    """Whether a (checked) field is kept with the line ends that it came with; in the others they are LF."""
    return field_kind(name) == "file"


def file_path(name: str) -> str:
    """The path of a file field: `files/a/b.md` → `a/b.md`."""
    return name.removeprefix(FILES)


def fold_path(path: str) -> str:
    """What two paths share when they would collide on a file system that ignores case."""
    return unicodedata.normalize("NFC", path.casefold())


def check_field_name(name: object, *, parameter: str = "field") -> str:
    """Return `name` if it names a field, or raise `ValidationFailed` on `parameter`."""
    if not isinstance(name, str):
        raise ValidationFailed({parameter: [_("Must be the name of a field.")]})
    if name in (PROMPT, CONFIGURATION):
        return name
    if not name.startswith(FILES):
        shown = name.encode("utf-8", "replace").decode()[:80]
        words = _("There is no field {shown!r}. Fields are {prompt}, {configuration} and {files}<path>.")
        words = words.format(shown=shown, prompt=PROMPT, configuration=CONFIGURATION, files=FILES)
        raise ValidationFailed({parameter: [words]})
    problem = _path_problem(file_path(name))
    if problem:
        raise ValidationFailed({parameter: [problem]})
    return name


def check_file_name(name: object, *, parameter: str = "name") -> str:
    """A file's name in normal form C, safe on every system as a part of a path. Raises `ValidationFailed`."""
    if not isinstance(name, str):
        raise ValidationFailed({parameter: [_("Must be text.")]})
    text = unicodedata.normalize("NFC", check_text(name, name=parameter))
    problem = _("The name has a slash.") if "/" in text else _part_problem(text)
    if problem:
        raise ValidationFailed({parameter: [problem]})
    return text


def _path_problem(path: str) -> str | None:
    try:
        size = len(path.encode("utf-8"))
    except UnicodeEncodeError:
        return _("The path is not Unicode text.")
    rules = (
        (not path, gettext_noop("The path is empty.")),
        (size > MAX_PATH_BYTES, gettext_noop("The path is longer than {most} bytes.")),
        (unicodedata.normalize("NFC", path) != path, gettext_noop("The path is not in Unicode normal form C.")),
        (path.startswith("/"), gettext_noop("The path is absolute; it must be relative.")),
    )
    broken = next((words for is_broken, words in rules if is_broken), None)
    if broken:
        return _(broken).format(most=MAX_PATH_BYTES)
    return next(filter(None, map(_part_problem, path.split("/"))), None)


def _part_problem(part: str) -> str | None:
    rules = (
        (part == "", gettext_noop("The path has an empty part.")),
        (part in {".", ".."}, gettext_noop("The path must not contain {shown!r}.")),
        (len(part.encode()) > MAX_PART_BYTES, gettext_noop("A part of the path is longer than {most} bytes.")),
        (
            HIDDEN.search(part) or any(map(_is_format, part)) or shows_nothing(part),
            gettext_noop("The path contains a control or invisible character."),
        ),
        (
            _FORBIDDEN.search(part),
            gettext_noop("The part {shown!r} contains a character that not every file system allows."),
        ),
        (
            part != part.strip() or part.endswith("."),
            gettext_noop("The part {shown!r} begins or ends with a space, or ends with a dot."),
        ),
        (_RESERVED.fullmatch(part), gettext_noop("The name {shown!r} is reserved by Windows.")),
        (part.casefold() in {".git", "git~1"}, gettext_noop("The path must not contain .git.")),
    )
    broken = next((words for is_broken, words in rules if is_broken), None)
    return _(broken).format(shown=part[:80], most=MAX_PART_BYTES) if broken else None


def _is_format(character: str) -> bool:
    """Whether it is a format character, including a joiner that its script needs: paths must be easy to type again."""
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}
