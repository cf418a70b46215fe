"""Reading a page's HTML in tests, by the standard library."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Protocol

VOID = {
    "area",
    "base",
    "br",
    "col",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "use",
    "line",
    "rect",
    "circle",
    "path",
}


@dataclass
class Element:
    """One element with its text, children's text included."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class _Reader(HTMLParser):
    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self.open and tag not in VOID:
            if self.open.pop().tag == tag:
                break

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


class Page(Protocol):
    """An answer with HTML in it."""

    @property
    def content(self) -> bytes: ...


def elements(response: Page, tag: str | None = None, **wanted: str) -> list[Element]:
    """All elements of a page with that tag and these attributes (`data_field="…"` stands for `data-field`)."""
    reader = _Reader()
    reader.feed(response.content.decode())
    attributes = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
    return [
        element
        for element in reader.elements
        if tag in {None, element.tag}
        and all(element.attributes.get(name) == value for name, value in attributes.items())
    ]


def words(element: Element) -> str:
    """An element's text in one line."""
    return " ".join(element.text.split())
