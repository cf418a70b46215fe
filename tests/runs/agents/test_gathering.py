"""Which files a model gets to see."""

from __future__ import annotations

from stages.runs.agents.gathering import MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, gather_files
from stages.runs.trees.tree import DraftTree


def test_files_that_the_instruction_names_come_first():
    names = [f"files/n{number:03}.md" for number in range(150)]
    tree = DraftTree(
        dict.fromkeys(names, "x") | {"prompt_text": "p", "files/sub/Last one.md": "l", "files/z/end.md": "e"}
    )
    found = gather_files(tree, "Look at z/end.md, and **n140.md**. Then `Sub/last one.md`!")
    assert list(found.texts)[:5] == [
        "files/n140.md",
        "files/sub/Last one.md",
        "files/z/end.md",
        "prompt_text",
        "files/n000.md",
    ]
    assert len(found.texts) == MAX_FILES
    found = gather_files(tree, "Change files/sub/last one.md")
    assert next(iter(found.texts)) == "files/sub/Last one.md"
    assert found.notices == ["Read 100 files, 100 bytes.", "53 more files are beyond the limits of one request."]


def test_sizes_are_limited_for_each_file_and_in_all():
    large = {f"files/l{number:02}": "x" * MAX_FILE_BYTES for number in range(12)}
    tree = DraftTree(large | {"files/too": "ü" * (MAX_FILE_BYTES // 2) + "x", "files/huge": "x" * 2_000_000})
    found = gather_files(tree, "anything")
    assert sum(len(text) for text in found.texts.values()) == MAX_TOTAL_BYTES
    assert found.others == ["files/huge", "files/l10", "files/l11", "files/too"]
    assert found.notices == [
        "Read 10 files, 1000000 bytes.",
        "files/huge is not read: it has 2000000 bytes.",
        "files/too is not read: it has 100001 bytes.",
        "2 more files are beyond the limits of one request.",
    ]


def test_links_and_binary_files_are_not_shown_to_a_model_and_are_named(tree):
    found = gather_files(tree, "Look at passwd and image.bin")
    assert sorted(found.texts) == ["README.md", "run.sh", "src/ü b.py"]
    for words in (
        "passwd is not read: it is a symbolic link.",
        "image.bin is not read: it has 3000000 bytes.",
        "small.bin is not read: it is a binary file.",
        '"line\\nend" is not read: its name has a control character.',
    ):
        assert words in found.notices
    assert "line\nend" not in found.others
