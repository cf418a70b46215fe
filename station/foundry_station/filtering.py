"""The filters of git: from the working tree to what is committed (clean), and the other way (smudge).

Git runs this file by its path, with Python in isolation: nothing of the repository that it runs in is imported. It
reads standard input and writes standard output; where it cannot do better it gives back what it was given.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path


def clean(data: bytes) -> bytes:
    """A file without its section."""
    from foundry_station.section import take_out

    return take_out(data)


def smudge(data: bytes, folder: Path, path: Path) -> bytes:
    """A file that is checked out, with the section that it had last; whole where all of it is one text."""
    from foundry_station.section import put
    from foundry_station.state.database import DATABASE
    from foundry_station.state.managed import load_parts

    try:
        connection = sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)
        row = connection.execute("SELECT whole, parts FROM files WHERE path = ?", (str(path),)).fetchone()
        if row is None or not (parts := load_parts(row[1])):
            return data
        if not row[0]:
            return put(data, parts, last=parts)
        name = parts[0].lines[0].decode()
        text = connection.execute("SELECT content FROM texts WHERE sha256 = ?", (name,)).fetchone()
        return data if text is None else str(text[0]).encode()
    except sqlite3.Error:
        return data


def main(arguments: list[str]) -> None:
    """`clean`, or `smudge` with the folder of the state and the file's path."""
    data = sys.stdin.buffer.read()
    if arguments[0] == "clean":
        done = clean(data)
    else:
        done = smudge(data, Path(arguments[1]), Path.cwd().resolve() / arguments[2])
    sys.stdout.buffer.write(done)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main(sys.argv[1:])
