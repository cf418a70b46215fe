"""Made-up texts and changes of them, with characters of one to four bytes and of one or two UTF-16 units."""

from __future__ import annotations

from hypothesis import strategies as st

from kernel.crdt.edits import Edit, Edits, count_units, merge_edits

ALPHABET = "ab \né日😀𝒳😁"

texts = st.text(ALPHABET, max_size=24)
writings = st.text(ALPHABET, max_size=4)


@st.composite
def changes(draw: st.DrawFn, text: str, most: int = 4) -> Edits:
    """A change of `text`: up to `most` edits between its characters, sorted and apart."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=2 * most)))
    edits = [
        Edit(count_units(text[:start]), count_units(text[start:end]), draw(writings))
        for start, end in zip(places[::2], places[1::2], strict=False)
    ]
    return merge_edits(edits)
