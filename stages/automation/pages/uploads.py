"""Texts that come as files of a form."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kernel.errors import PayloadTooLarge, ValidationFailed


def uploaded_text(upload: Any, *, maximum: int, name: str) -> str:
    """The text of an uploaded file, in UTF-8 with or without its mark; line ends are LF.

    Raises `PayloadTooLarge` over `maximum` bytes, `ValidationFailed` on `name` for what is no text.
    """
    if (upload.size or 0) > maximum:
        raise PayloadTooLarge(_("A file has at most {most} KiB here.").format(most=maximum >> 10), limit=maximum)
    try:
        text: str = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationFailed({name: [_("This file is no text in UTF-8.")]}) from None
    if "\0" in text:
        raise ValidationFailed({name: [_("This file is no text in UTF-8.")]})
    return text.replace("\r\n", "\n").replace("\r", "\n")
