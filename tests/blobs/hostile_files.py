"""Files made to harm whoever draws them, and harmless ones of the same formats."""

from __future__ import annotations

import io

import pypdfium2
from PIL import Image

SCRIPT = b"<html><script>alert(document.domain)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'


def image(name: str, mode: str = "RGB", size: tuple[int, int] = (400, 200), **options: object) -> bytes:
    """An image of one colour."""
    written = io.BytesIO()
    Image.new(mode, size).save(written, name, **options)
    return written.getvalue()


def pdf(width: float = 595, height: float = 842) -> bytes:
    """A document of one empty page."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(width, height)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def pdf_of(*objects: bytes) -> bytes:
    """A document of these objects, numbered from 1: first the catalogue. Its missing index is repaired by readers."""
    numbered = [b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(objects, 1)]
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def pdf_drawing(content: bytes, resources: bytes = b"", *more: bytes, catalogue: bytes = b"") -> bytes:
    """A document whose page draws `content`; `more` objects begin with number 5."""
    return pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 600] /Contents 4 0 R /Resources << %s >> >>" % resources,
        stream(content),
        *more,
    )


def nested_pdf(depth: int = 9, times: int = 10) -> bytes:
    """A document that draws a form, which draws another one `times` times, and so on: `times` ** `depth` squares."""
    forms = []
    for level in range(depth):
        last = level == depth - 1
        content = b"0 0 9 9 re f " if last else b"/F Do " * times
        named = b"" if last else b"/Resources << /XObject << /F %d 0 R >> >>" % (6 + level)
        forms.append(stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 600 600] " + named))
    return pdf_drawing(b"/F Do", b"/XObject << /F 5 0 R >>", *forms)


def endless_pdf() -> bytes:
    """A small document that takes minutes to draw: large transparent areas, one above the other."""
    return pdf_drawing(
        b"/G gs " + b"0 0 600 600 re 10 10 580 580 re f* " * 4000,
        b"/ExtGState << /G << /ca 0.5 /BM /Luminosity >> >>",
    )
