"""Checks the bytes of the zip: no data outside its entries, and no contradicting headers."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from publishing.bundle.verifier.reading import check

# The file mode that unzip gives an entry: a regular file, readable by all and writable by its owner.
PLAIN_FILE = 0o644 << 16
LOCAL, CENTRAL, END, DESCRIPTOR = b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\7\x08"
WIDE_END = b"PK\6\6"
LOCAL_HEADER, CENTRAL_HEADER = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I")


def check_archive(place: Path) -> None:
    """Every byte of the zip belongs to an entry, to the list of entries, or to its end."""
    with zipfile.ZipFile(place) as archive, place.open("rb") as file:
        check(archive.comment == b"", "the zip has a comment")
        reached = 0
        for entry in sorted(archive.infolist(), key=lambda each: each.header_offset):
            check(entry.header_offset == reached, f"the zip holds something else before {entry.filename}")
            reached = check_entry(file, entry)
        check(archive.start_dir == reached, "the zip holds something else behind its last entry")
        file.seek(reached)
        for entry in archive.infolist():
            check_listed(file, entry)
        check_end(file, place.stat().st_size, len(archive.infolist()), reached)


def check_entry(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """The header and descriptor around an entry's data match the central directory. Returns the end offset."""
    where = f"{entry.filename} in the zip"
    file.seek(entry.header_offset)
    mark, _, flags, method, time, date, crc, packed, size, name_length, extra_length = LOCAL_HEADER.unpack(
        file.read(LOCAL_HEADER.size)
    )
    name, extra = file.read(name_length), file.read(extra_length)
    same = (flags, method, time, date) == (entry.flag_bits, entry.compress_type, *dos_time(entry))
    check(mark == LOCAL and name == spelled_name(entry) and same, f"{where}: its two headers differ")
    check(method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not flags & 1, f"{where}: it is packed strangely")
    is_streamed = bool(flags & 8)
    given = numbers_of(crc, packed, size, extra, where)
    check(given == ((0, 0, 0) if is_streamed else (entry.CRC, entry.compress_size, entry.file_size)), f"{where}: sizes")
    check_data(file, entry, where)
    if is_streamed:
        layout = struct.Struct("<4sIQQ" if extra else "<4sIII")
        behind = layout.unpack(file.read(layout.size))
        listed = (DESCRIPTOR, entry.CRC, entry.compress_size, entry.file_size)
        check(behind == listed, f"{where}: what follows it differs from the list")
    return file.tell()


def numbers_of(crc: int, packed: int, size: int, extra: bytes, where: str) -> tuple[int, int, int]:
    """The sizes in a local header, or in its ZIP64 field, which is the only extra field allowed."""
    if not extra:
        return crc, packed, size
    check(len(extra) == 20 and extra[:4] == b"\x01\x00\x10\x00", f"{where}: its header holds something else")
    wide_size, wide_packed = struct.unpack("<QQ", extra[4:])
    check((packed, size) == (0xFFFFFFFF, 0xFFFFFFFF), f"{where}: its header says two sizes")
    return crc, wide_packed, wide_size


def check_data(file: BinaryIO, entry: zipfile.ZipInfo, where: str) -> None:
    """The packed bytes are exactly one complete stream, with the size and checksum of the central directory."""
    unpacking = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    checksum = size = 0
    for piece in pieces_of(file, entry.compress_size):
        check(unpacking is None or not unpacking.eof, f"{where}: something follows its data")
        pending = piece
        while pending:
            plain = unpacking.decompress(pending, 1 << 20) if unpacking else pending
            checksum, size = zlib.crc32(plain, checksum), size + len(plain)
            pending = unpacking.unconsumed_tail if unpacking else b""
        check(unpacking is None or not unpacking.unused_data, f"{where}: something follows its data")
    check(unpacking is None or unpacking.eof, f"{where}: its data ends too early")
    check((checksum, size) == (entry.CRC, entry.file_size), f"{where}: it was damaged")


def pieces_of(file: BinaryIO, length: int) -> Iterator[bytes]:
    while length:
        piece = file.read(min(length, 1 << 16))
        check(piece != b"", "the zip ends too early")
        length -= len(piece)
        yield piece


def check_listed(file: BinaryIO, entry: zipfile.ZipInfo) -> None:
    """An entry of the central directory contains only what a regular file needs."""
    where = f"{entry.filename} in the zip's list"
    header = CENTRAL_HEADER.unpack(file.read(CENTRAL_HEADER.size))
    mark, name_length, extra_length, comment_length, disk, inner = header[0], *header[10:15]
    check(mark == CENTRAL and file.read(name_length) == spelled_name(entry), f"{where}: it is named differently")
    check(file.read(extra_length) == wide_field(entry, header), f"{where}: it holds something else")
    check((comment_length, disk, inner) == (0, 0, 0), f"{where}: it holds something else")
    check(entry.external_attr == PLAIN_FILE, f"{where}: it is no plain file")


def wide_field(entry: zipfile.ZipInfo, header: tuple[int, ...]) -> bytes:
    """An entry's only allowed extra field is ZIP64, with the numbers that are too large for the normal fields.

    Another one could give the file a second name, which unzip would use and this verifier would not.
    """
    packed, size, offset = header[8], header[9], header[16]
    listed = ((size, entry.file_size), (packed, entry.compress_size), (offset, entry.header_offset))
    wide = [number for place, number in listed if place == 0xFFFFFFFF]
    return struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""


def check_end(file: BinaryIO, size: int, count: int, start: int) -> None:
    """The central directory is followed by its end record, and by nothing else."""
    ended = file.tell()
    is_wide = file.read(4) == WIDE_END
    file.seek(ended)
    if is_wide:
        check_wide_end(file, count, start, ended)
    check(size - file.tell() == 22, "the zip holds something else behind its list")
    mark, disk, first, here, total, length, offset, comment = struct.unpack("<4s4H2IH", file.read(22))
    check((mark, disk, first, comment) == (END, 0, 0, 0), "the zip's end says something else")
    check(here == total, "the zip's end says something else")
    narrow = (min(count, 0xFFFF), min(ended - start, 0xFFFFFFFF), min(start, 0xFFFFFFFF))
    check((total, length, offset) == narrow, "the zip's end says something else")


def check_wide_end(file: BinaryIO, count: int, start: int, ended: int) -> None:
    """The ZIP64 end records, with the numbers that may not fit into the normal end record."""
    mark, length, _, _, *numbers = struct.unpack("<4sQ2H2I4Q", file.read(56))
    check((mark, length) == (WIDE_END, 44), "the zip's end says something else")
    check(numbers == [0, 0, count, count, ended - start, start], "the zip's end says something else")
    where = struct.unpack("<4sIQI", file.read(20))
    check(where == (b"PK\6\7", 0, ended, 1), "the zip's end says something else")


def spelled_name(entry: zipfile.ZipInfo) -> bytes:
    return entry.filename.encode("utf-8" if entry.flag_bits & 0x800 else "ascii")


def dos_time(entry: zipfile.ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = entry.date_time
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day
