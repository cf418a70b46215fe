"""A check of ``script/check`` for templates, besides their formatter: line length and translated words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, Token, TokenType

from foundry_site.environment import BASE_DIR

MAX_LINE = 120
FOLDERS = ("templates", "*/templates", "stages/*/templates")

# Attributes whose value is shown or read aloud.
SPOKEN = frozenset({"alt", "aria-description", "aria-label", "aria-roledescription", "placeholder", "title"})
# The same in every language: how versions and lines are numbered, a time zone, an interface, an algorithm.
UNIVERSAL = frozenset({"v", "L", "UTC", "API", "sha"})
# Elements whose content is not a text: a program, a style, the label of a key.
SILENT = frozenset({"kbd", "script", "style"})
# Blocks whose names end so are filled in within the tag of an element.
IN_A_TAG = ("class", "_state", "attributes")
# The path of a file, as an example of one.
_PATH = re.compile(r"[\w/-]+\.\w+")
# Arguments of a tag, such as `include`, that name words for people.
_WORDS_ARGUMENT = re.compile(r"""\b(?:label|title|text|words|hint|placeholder)=("[^"]*"|'[^']*')""")
_LETTER = re.compile(r"[^\W\d_]")


def problems() -> Iterator[str]:
    """Every problem of every template of the project, each with its file and line."""
    for pattern in FOLDERS:
        for folder in sorted(BASE_DIR.glob(pattern)):
            for path in sorted(folder.rglob("*.html")):
                yield from problems_of(path.read_text(), str(path.relative_to(BASE_DIR)))


def problems_of(source: str, name: str) -> Iterator[str]:
    """The problems of one template."""
    for number, line in enumerate(source.splitlines(), 1):
        if len(line) > MAX_LINE:
            yield f"{name}:{number}: longer than {MAX_LINE} characters"
    for number, words in untranslated(source):
        yield f"{name}:{number}: not translated: {words}"


def untranslated(source: str) -> list[tuple[int, str]]:
    """The words of a template that are outside `translate` and `blocktranslate`, with their lines."""
    page: list[str] = []
    found: list[tuple[int, str]] = []
    until = ""
    for token in Lexer(source).tokenize():
        command, _, arguments = token.contents.partition(" ") if token.token_type is TokenType.BLOCK else ("", "", "")
        if until:
            until = "" if command == until else until
        elif command in ("blocktranslate", "comment") or (command == "block" and arguments.endswith(IN_A_TAG)):
            until = f"end{command}"
        elif token.token_type is TokenType.TEXT:
            page.append(token.contents)
            continue
        elif command:
            own = (words for words in _WORDS_ARGUMENT.findall(arguments) if _LETTER.search(words))
            found += ((token.lineno or 1, words) for words in own)
        page.append(_gap(token))
    reader = _Reader()
    reader.feed("".join(page))
    reader.close()
    return sorted(found + reader.found)


def _gap(token: Token) -> str:
    """The replacement of a token: as many lines, without letters."""
    return "0" if token.token_type is TokenType.VAR else "\n" * token.contents.count("\n")


class _Reader(HTMLParser):
    """Collects text, and shown or spoken attributes, that contain letters."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._is_silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_silent = tag in SILENT
        for name, value in attrs:
            if name in SPOKEN:
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._is_silent = False

    def handle_data(self, data: str) -> None:
        if not self._is_silent:
            self._note(data)

    def _note(self, text: str) -> None:
        words = " ".join(text.split())
        own = [word for word in re.split(r"[\W\d_]+", words) if word and word not in UNIVERSAL]
        if own and not _PATH.fullmatch(words):
            above = text[: len(text) - len(text.lstrip())].count("\n")
            self.found.append((self.getpos()[0] + above, words))
