"""Drawing files that strangers sent: what is drawn, and what a hostile file achieves, which is nothing."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from blobs import previews
from blobs.previews import NoPreview, draw_previews
from foundry_site.environment import BASE_DIR
from tests.blobs import hostile_files
from tests.blobs.hostile_files import SCRIPT, SVG

USE_PREVIEWER = f"""
import io, os, socket, subprocess, sys
sys.path.insert(0, {str(BASE_DIR)!r})
from blobs import previewer
"""


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture), formats=["WEBP"])


def run_instead(monkeypatch, folder: Path, code: str) -> None:
    """Run this code where the previewer would be run."""
    program = folder / "program.py"
    program.write_text(code)
    monkeypatch.setattr(previews, "PREVIEWER", program)


def orientation(number: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = number
    exif[0x010F] = "the camera's maker"
    return exif


@pytest.mark.parametrize(
    "make",
    [
        lambda: hostile_files.image("PNG", size=(3200, 1600)),
        lambda: hostile_files.image("PNG", "P", size=(3200, 1600)),
        lambda: hostile_files.image("PNG", "I;16", size=(3200, 1600)),
        lambda: hostile_files.image("JPEG", size=(3200, 1600)),
        lambda: hostile_files.image("JPEG", "CMYK", size=(3200, 1600)),
        lambda: hostile_files.image("GIF", size=(3200, 1600)),
        lambda: hostile_files.image("WEBP", size=(3200, 1600)),
        lambda: hostile_files.pdf(1200, 600),
    ],
    ids=["png", "palette", "sixteen bits", "jpeg", "cmyk", "gif", "webp", "pdf"],
)
def test_each_format_is_drawn_in_each_size(make):
    data = make()
    drawn = draw_previews([data[:100], data[100:]])
    assert {size: opened(picture).size for size, picture in drawn.items()} == {256: (256, 128), 1600: (1600, 800)}


def test_a_small_image_is_not_made_larger():
    drawn = draw_previews([hostile_files.image("PNG", size=(300, 100))])
    assert [opened(picture).size for picture in drawn.values()] == [(256, 85), (300, 100)]


def test_an_image_is_turned_as_its_camera_says_and_says_nothing_more():
    data = hostile_files.image("JPEG", size=(400, 200), exif=orientation(6), comment=SCRIPT)
    assert b"maker" in data
    assert SCRIPT in data
    for picture in draw_previews([data]).values():
        assert opened(picture).height == 2 * opened(picture).width
        assert not opened(picture).getexif()
        assert b"maker" not in picture
        assert b"script" not in picture


def test_what_is_transparent_stays_transparent():
    for data in (
        hostile_files.image("PNG", "RGBA"),
        hostile_files.image("PNG", transparency=(0, 0, 0)),
        hostile_files.image("GIF", "P", transparency=0),
    ):
        assert opened(draw_previews([data])[256]).convert("RGBA").getchannel("A").getpixel((5, 5)) == 0


def test_sixteen_bits_of_grey_keep_their_brightness():
    written = io.BytesIO()
    Image.new("I;16", (300, 100), 0x8000).save(written, "PNG")
    assert opened(draw_previews([written.getvalue()])[256]).getpixel((5, 5)) == (128, 128, 128)


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: b"GIF89a",
        lambda: b"%PDF-1.7",
        lambda: SVG,
        lambda: SCRIPT,
        lambda: b"%!PS-Adobe-3.0\n(%pipe%id) (w) file\n",
        lambda: hostile_files.image("TIFF"),
        lambda: hostile_files.image("ICO"),
        lambda: hostile_files.image("PNG")[:-40],
        lambda: hostile_files.image("PNG", "L", (20_000, 20_000)),
        lambda: hostile_files.image("PNG", "L", (7_200, 7_200)),
        lambda: hostile_files.pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"),
        hostile_files.nested_pdf,
    ],
    ids=[
        "nothing",
        "no frame",
        "no page tree",
        "svg",
        "html",
        "postscript",
        "tiff",
        "ico",
        "cut off",
        "400 megapixels in 388 kB",
        "more pixels than Pillow warns of",
        "no page",
        "a billion squares in 2 kB",
    ],
)
def test_there_is_no_preview_of(make):
    data = make()
    with pytest.raises(NoPreview):
        draw_previews([data])


@pytest.mark.parametrize(
    "data",
    [
        hostile_files.image("PNG") + SCRIPT,
        hostile_files.image("GIF") + b"*/=1;alert(1)//",
        hostile_files.image("JPEG", comment=SVG),
        hostile_files.pdf() + SCRIPT,
        hostile_files.pdf_drawing(
            b"0 0 99 99 re f", catalogue=b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
        ),
    ],
)
def test_of_a_file_that_is_two_things_only_the_picture_is_drawn(data):
    for picture in draw_previews([data]).values():
        assert opened(picture).format == "WEBP"
        assert not [word for word in (b"script", b"alert", b"svg", b"JavaScript") if word in picture]


def test_a_document_that_takes_too_much_processor_time_is_given_up(monkeypatch, tmp_path):
    code = "previewer.MAX_PROCESSOR_SECONDS = 1\npreviewer.main([256, 1600])"
    run_instead(monkeypatch, tmp_path, USE_PREVIEWER + code)
    monkeypatch.setattr(previews, "MAX_SECONDS", 600)
    with pytest.raises(NoPreview, match="nothing was drawn"):
        draw_previews([hostile_files.endless_pdf()])


def test_a_program_that_hangs_is_ended_with_what_it_started(monkeypatch, tmp_path):
    started = tmp_path / "started"
    code = "import os, time; from pathlib import Path\nchild = os.fork()\n"
    code += f"if child: Path({str(started)!r}).write_text(str(child))\ntime.sleep(600)"
    run_instead(monkeypatch, tmp_path, code)
    monkeypatch.setattr(previews, "MAX_SECONDS", 3)
    with pytest.raises(NoPreview, match="within 3 s"):
        draw_previews([b"x" * 1_000_000])
    with pytest.raises(ProcessLookupError):
        wait_for_the_end_of(int(started.read_text()))


def wait_for_the_end_of(process: int) -> None:
    while True:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1][0]
        if state == "Z":
            raise ProcessLookupError


def test_the_program_has_no_secrets_and_no_other_file(monkeypatch, tmp_path):
    code = "import os, sys\nfrom pathlib import Path\n"
    code += f"Path({str(tmp_path / 'seen')!r}).write_text(repr((dict(os.environ), os.listdir('/proc/self/fd'))))"
    run_instead(monkeypatch, tmp_path, code)
    monkeypatch.setenv("SECRET_KEY", "a secret")
    with (tmp_path / "other").open("w") as other:
        os.set_inheritable(other.fileno(), True)
        with pytest.raises(NoPreview):
            draw_previews([])
    seen = (tmp_path / "seen").read_text()
    assert "a secret" not in seen
    # The fourth one lists the folder.
    assert seen.endswith("['0', '1', '2', '3'])")


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd')",
        "open('/tmp/written', 'w')",
        "socket.socket()",
        "os.pipe()",
        "subprocess.run(['/bin/true'])",
        "bytearray(600 * 1024 * 1024)",
    ],
)
def test_while_it_draws_it_cannot(attempt):
    code = f"{USE_PREVIEWER}previewer.load_decoders()\npreviewer.give_up_resources()\ntry:\n    {attempt}\n"
    code += "except (OSError, MemoryError) as error:\n    print('refused', error)\n"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=False, text=True)
    assert done.stdout.startswith("refused"), done.stderr


@pytest.mark.parametrize(
    "answer",
    [
        "b'<html>'",
        "b'\\xff\\xff\\xff\\xff' * 10",
        "b'\\0\\0\\0\\x04<svg'",
        "b'\\0\\0\\0\\x0cRIFF1234WEBP'",
        "b'\\0\\0\\0\\x0cRIFF1234WEBP' * 3",
        "b'\\0' * 20_000_000",
    ],
)
def test_a_program_that_was_taken_over_still_answers_with_pictures_only(monkeypatch, tmp_path, answer):
    run_instead(monkeypatch, tmp_path, f"import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write({answer})")
    with pytest.raises(NoPreview):
        draw_previews([b"file"])
