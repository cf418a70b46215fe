"""What the core refuses, as errors of a service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from kernel.errors import Conflict, DomainError, NotFound, PayloadTooLarge, ValidationFailed
from stages.registers.fold.acts import ActRefused
from stages.registers.fold.errors import Malformed

# What `ActRefused` says, for translators; what a name is filled into is said by the verbs.
_WORDS: Final = (
    _("Nothing stands side by side here."),
    _("There is no such record."),
    _("This record is not deleted."),
    _("The record is in this table already."),
    _("This table's part of the record was split off."),
    _("This edge has no order."),
    _("A record cannot be merged with itself."),
    _("Facets are split off to an entity that is new."),
    _("This was never merged into the record."),
    _("There is no such edge."),
    _("An edge leads from one record to another."),
)
_TOO_LARGE: Final = "larger than {most} bytes"


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the core raises into the errors that people and programs get."""
    try:
        yield
    except ActRefused as error:
        refusal: type[DomainError] = NotFound if error.code == "not_found" else Conflict
        raise refusal(gettext(str(error))) from error
    except Malformed as error:
        if error.template == _TOO_LARGE:
            raise PayloadTooLarge(gettext("These are more changes than are written at once: 8 MiB.")) from error
        words = gettext(error.template).format(**error.facts)
        raise ValidationFailed({error.member or "payloads": [words]}) from error
