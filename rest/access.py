"""The order of checks of a view that writes: who may not is refused before the body's shape is looked at."""

from __future__ import annotations

from rest_framework.response import Response

from kernel.errors import DomainError, ValidationFailed
from rest.parsers import NotParsed
from rest.views import JSONView


class AccessBeforeShape(JSONView):
    """A service checks access inside its transaction. If a request is refused for its shape before that, access is
    checked anyway, so that nobody learns of a shape what they may not write.
    """

    def check_access(self) -> None:
        """Raise what refuses the caller, if they may not do what they ask; by default everybody may."""

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, ValidationFailed) and not isinstance(exc, NotParsed):
            try:
                self.check_access()
            except DomainError as refusal:
                exc = refusal
        return super().handle_exception(exc)
