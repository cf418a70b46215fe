"""The managed section: one, at its place, exact, and every line of somebody else kept."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from foundry_station.section import (
    BEGIN,
    BOM,
    END,
    MarkerInText,
    Part,
    find,
    has_markers,
    make_part,
    put,
    take_out,
)
from tests.exploring import examples

# 10,000 where they are explored: FOUNDRY_EXPLORE=1 ./script/test tests/station/test_section.py
SECTIONS = 500
EDICTFLOW_BEGIN = b"<!-- MANAGED BY EDICTFLOW - DO NOT EDIT -->"
EDICTFLOW_END = b"<!-- END EDICTFLOW -->"

FIRST = make_part(id="a1", title="Secrets", release="1.0", text="## Security\nNever.\n\n")
CHANGED = make_part(id="a1", title="Secrets", release="1.1", text="## Security\nAlways.")
SECOND = make_part(id="b2", title="Tests", release="2.0", text="Test first.")

own_lines = st.sampled_from(
    [b"mine", b"", b"# Title", b"  - x", b"\xff\xfe raw", b"Never.", b"<!-- comment -->", b"a\r"]
)
markers = st.sampled_from(
    [
        BEGIN,
        END,
        b"  " + BEGIN,
        END + b"  ",
        b"<!-- FOUNDRY MANAGED - DO NOT EDIT 57 -->",
        EDICTFLOW_BEGIN,
        EDICTFLOW_END,
    ]
)
line_ends = st.sampled_from([b"\n", b"\r\n"])
parts = st.sampled_from([(FIRST,), (CHANGED,), (FIRST, SECOND), (SECOND, CHANGED)])


def bare(data: bytes) -> list[bytes]:
    return [line.rstrip(b"\r\n") for line in data.removeprefix(BOM).split(b"\n")]


def outside(lines: Sequence[bytes]) -> list[bytes]:
    """The lines that are in no pair of markers, and are none."""
    kinds = ["B" if b"MANAGED" in line else "E" if b"<!-- END " in line else "" for line in lines]
    found, i = [], 0
    while i < len(lines):
        if kinds[i] == "":
            found.append(lines[i].rstrip(b"\r\n"))
        if kinds[i] == "B":
            following = next((j for j in range(i + 1, len(lines)) if kinds[j]), None)
            i = following if following is not None and kinds[following] == "E" else i
        i += 1
    return found


@settings(max_examples=examples(SECTIONS))
@given(st.lists(st.one_of(own_lines, markers), max_size=14), line_ends, st.booleans(), st.booleans(), parts, parts)
def test_every_file_gets_one_section_and_keeps_the_lines_of_others(
    lines: list[bytes], eol: bytes, ends: bool, bom: bool, wanted: tuple[Part, ...], last: tuple[Part, ...]
) -> None:
    data = (BOM if bom else b"") + eol.join(lines) + (eol if ends and lines else b"")
    written = put(data, wanted, last=last)
    section = find(written)
    assert section is not None
    assert section.intact
    assert section.parts == wanted
    assert put(written, wanted, last=wanted) == written
    assert written.startswith(BOM) == bom
    ours = {line for part in last for line in part.lines}
    left = iter(bare(written))
    assert all(line in left for line in outside(lines) if line not in ours)
    assert not has_markers(take_out(written, last=wanted))


@settings(max_examples=examples(SECTIONS))
@given(st.lists(own_lines, max_size=8), line_ends, st.booleans(), st.booleans(), parts, parts)
def test_taking_it_out_gives_back_every_byte(
    lines: list[bytes], eol: bytes, ends: bool, bom: bool, first: tuple[Part, ...], second: tuple[Part, ...]
) -> None:
    data = (BOM if bom else b"") + eol.join(lines) + (eol if ends and lines else b"")
    once = put(data, first)
    assert take_out(once, last=first) == data
    assert take_out(put(once, second, last=first), last=second) == data


@settings(max_examples=examples(SECTIONS))
@given(st.binary(max_size=60), parts)
def test_any_bytes_are_given_back(data: bytes, wanted: tuple[Part, ...]) -> None:
    # A marker that was there before is cut.
    assume(not has_markers(data))
    assert take_out(put(data, wanted), last=wanted) == data


def test_an_end_before_its_begin() -> None:
    """Case 12."""
    written = put(END + b"\nmine\n" + BEGIN + b"\n", [FIRST])
    assert written.count(BEGIN) == written.count(END) == 1
    assert written.count(b"mine\n") == 1
    assert find(written) is not None


def test_a_begin_without_its_end_loses_no_line_behind_it() -> None:
    """Case 13: twenty lines behind a section that lost its end."""
    own = b"".join(b"line %d\n" % number for number in range(20))
    damaged = put(b"", [FIRST, SECOND]).replace(END + b"\n", b"") + own
    assert find(damaged) is None
    repaired = put(damaged, [FIRST, SECOND], last=[FIRST, SECOND])
    assert repaired.endswith(END + b"\n" + own)
    assert repaired == put(b"", [FIRST, SECOND]) + own


def test_edictflow_s_section_is_taken_over() -> None:
    """Case 15."""
    data = b"before\n" + EDICTFLOW_BEGIN + b"\n# Category\ntheir rule\n" + EDICTFLOW_END + b"\nbehind\n"
    section = find(data)
    assert section is not None
    assert not section.intact
    written = put(data, [FIRST])
    assert written == b"before\n" + put(b"", [FIRST]) + b"behind\n"


@pytest.mark.parametrize(
    "data",
    [
        BEGIN + b"\nx\n" + BEGIN + b"\ny\n" + END + b"\n" + END + b"\n",
        BEGIN + b"\nx\n" + END + b"\nmine\n" + BEGIN + b"\ny\n" + END + b"\n",
    ],
    ids=["nested", "doubled"],
)
def test_one_section_is_left_of_several(data: bytes) -> None:
    written = put(data, [FIRST])
    assert written.count(BEGIN) == written.count(END) == 1
    assert (b"mine\n" in data) == (b"mine\n" in written)


def test_lines_end_as_the_file_s_own_do() -> None:
    written = put(b"mine\r\nmore\r\n", [FIRST])
    assert written.count(b"\n") == written.count(b"\r\n")
    section = find(written)
    assert section is not None
    assert section.parts == (FIRST,)


def test_what_a_last_line_without_an_end_was_given_is_taken_away_again() -> None:
    assert take_out(put(b"mine", [FIRST]), last=[FIRST]) == b"mine"
    assert take_out(put(b"mine\r\nx", [FIRST]), last=[FIRST]) == b"mine\r\nx"
    assert take_out(put(b"mine\r", [FIRST]), last=[FIRST]) == b"mine\r"


def test_a_header_names_title_release_and_id() -> None:
    part = make_part(id="0192", title="No  secrets -->\nat all", release="1.0", text="x")
    assert part.lines[0].decode() == "<!-- FOUNDRY: No secrets - -> at all · release 1.0 · 0192 -->"
    section = find(put(b"", [part]))
    assert section is not None
    assert section.parts == (part,)


@pytest.mark.parametrize("line", [BEGIN, b"  " + END, EDICTFLOW_BEGIN, EDICTFLOW_END, FIRST.lines[0]])
def test_a_text_with_a_marker_line_is_refused(line: bytes) -> None:
    with pytest.raises(MarkerInText):
        make_part(id="a1", title="x", release="1", text="before\n" + line.decode() + "\nbehind")


def test_what_stands_before_the_first_header_is_a_part_without_id() -> None:
    data = put(b"", [FIRST]).replace(BEGIN, BEGIN + b"\nsmuggled in")
    section = find(data)
    assert section is not None
    assert section.parts == (Part("", (b"smuggled in",)), FIRST)
