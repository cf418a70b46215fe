"""Draws a picture of a file that a stranger sent: a program of its own, which Foundry runs and never imports.

    python -I previewer.py 256 1600 <file >pictures

It reads an image (PNG, JPEG, GIF, WebP) or a PDF from standard input, and writes a WebP picture of its first frame or
page for each of the sizes, which are pixels of the longer side at most: the picture's length as 4 bytes, big-endian,
then the picture. Nothing else of the file comes out, neither metadata nor script. It ends with 1 and no output if there
is nothing to draw.

The decoders are large and written in C, so the process has nothing to lose: no settings, no secrets, no new file,
socket or program once it has read its own code, and little memory and time (`previews.py` counts the seconds).
"""

from __future__ import annotations

import io
import resource
import struct
import sys
import warnings
from typing import Final

import pypdfium2
from PIL import Image, ImageOps

MAX_MEMORY: Final = 512 * 1024 * 1024
MAX_PROCESSOR_SECONDS: Final = 10
MAX_PIXELS: Final = 50_000_000
FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
QUALITY: Final = 80


def main(sizes: list[int]) -> None:
    """Draw what is on standard input."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    # Pillow only warns of an image that has up to twice as many pixels.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    load_decoders()
    give_up_resources()
    for picture in draw(sys.stdin.buffer.read(), sizes):
        sys.stdout.buffer.write(struct.pack(">I", len(picture)) + picture)


def load_decoders() -> None:
    """Draw one of each format: some code is imported only then, and no file can be opened later."""
    for name in FORMATS:
        sample = io.BytesIO()
        Image.new("RGB", (8, 8)).save(sample, name)
        draw(sample.getvalue(), [8])
    document = pypdfium2.PdfDocument.new()
    document.new_page(8, 8)
    sample = io.BytesIO()
    document.save(sample)
    draw(sample.getvalue(), [8])


def give_up_resources() -> None:
    """Give up all that drawing does not need, for good."""
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        # Standard input, output and error are open; whatever else would be opened, also to start a program, is refused.
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_CPU, MAX_PROCESSOR_SECONDS),
        (resource.RLIMIT_AS, MAX_MEMORY),
    ):
        resource.setrlimit(limit, (most, most))


def draw(data: bytes, sizes: list[int]) -> list[bytes]:
    """The pictures of a file, one for each size. Raises what the decoders raise."""
    read = _first_page if data.startswith(b"%PDF-") else _first_frame
    picture = read(data, max(sizes))
    pictures = {}
    for size in sorted(sizes, reverse=True):
        picture.thumbnail((size, size), Image.Resampling.LANCZOS)
        encoded = io.BytesIO()
        picture.save(encoded, "WEBP", quality=QUALITY)
        pictures[size] = encoded.getvalue()
    return [pictures[size] for size in sizes]


def _first_frame(data: bytes, size: int) -> Image.Image:
    image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
    if image.mode in {"1", "P"}:
        # Two colours, or those of a palette, have no mean.
        converted = image.convert("RGBA" if "transparency" in image.info else "RGB")
        converted.info["exif"] = image.info.get("exif", b"")
        image = converted
    # Made small before it is turned: both steps at full size would need the memory twice.
    # Reducing by whole steps first is faster, but cannot read 16 bits a pixel.
    gap = None if image.mode.startswith("I") else 2.0
    image.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=gap)
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        # 16 bits a pixel, of which Pillow would keep the lower ones.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    transparent = image.mode in {"RGBA", "LA"} or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")


def _first_page(data: bytes, size: int) -> Image.Image:
    document = pypdfium2.PdfDocument(data)
    page = document[0]
    width, height = page.get_size()
    # Forms are not initialised, and the library is built without a JavaScript engine.
    picture: Image.Image = page.render(scale=size / max(width, height)).to_pil()
    return picture.convert("RGB")


if __name__ == "__main__":
    try:
        main([int(size) for size in sys.argv[1:]])
    except Exception:  # noqa: BLE001 - whatever the decoders refuse is no picture
        sys.exit(1)
