"""What the doctor says of access tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from accounts.models import PersonalAccessToken, Scope
from kernel.doctor import Diagnoses, ok, warn

SOON: Final = timedelta(days=7)
UNUSED: Final = timedelta(days=60)


def examine() -> Diagnoses:
    """How many there are; those that end soon, while something still uses them; those that nothing uses."""
    usable, now = PersonalAccessToken.objects.usable(), timezone.now()
    reading = usable.filter(scope=Scope.READ).count()
    yield ok("Access tokens", f"{usable.count()} usable, {reading} of them for reading only")
    ending = usable.filter(expires_at__lt=now + SOON, last_used_at__gt=now - SOON).order_by("expires_at")
    if first := ending.select_related("user").first():
        says = f"{ending.count()} in use end within a week, the first “{first.name}” of {first.user.username}"
        yield warn("Access tokens", says, "Make new ones and give them to the programs that use these.")
    unused = usable.filter(created_at__lt=now - UNUSED).exclude(last_used_at__gt=now - UNUSED).count()
    if unused:
        says = f"{unused} not used for {UNUSED.days} days"
        yield warn("Access tokens", says, "Have their owners revoke them, or revoke them in the administration.")
