"""A rule that Django lacks: a new password must not be one that the account had before."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import PastPassword, User
from accounts.normalization import spellings_of_password


class NotUsedBefore:
    """For ``AUTH_PASSWORD_VALIDATORS``; ``FOUNDRY_PASSWORD_HISTORY`` is how many are compared, 0 for none."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise `ValidationError` for the account's password, or for one of those before it."""
        count = settings.FOUNDRY_PASSWORD_HISTORY
        if user is None or not count:
            return
        past = PastPassword.objects.filter(user_id=user.pk).values_list("encoded", flat=True)[:count]
        kept = [encoded for encoded in {user.password, *past} if encoded]
        if any(check_password(each, encoded) for each in spellings_of_password(password) for encoded in kept):
            raise ValidationError(_("You have used this password before. Choose another one."), "password_used_before")

    def get_help_text(self) -> str:
        count = settings.FOUNDRY_PASSWORD_HISTORY
        return ngettext(
            "Your password can’t be your last one.", "Your password can’t be one of your last %(count)d.", count
        ) % {"count": count}
