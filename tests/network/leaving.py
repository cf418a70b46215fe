"""Somebody leaves a site: their account is closed there."""

from __future__ import annotations

from accounts.models import User
from tests.browser.passwords import give_password
from tests.network.people import Person
from tests.network.site import Site
from tests.publishing.reviews import PASSWORD


def deactivate(site: Site, person: Person, *, by: str) -> None:
    """Have an administrator of this name, whom the site gets, close an account by REST, which wakes the site's links.

    Past the server nothing would wake them.
    """
    site.add_people(by, administrators=[by])
    closer = site.people[by]
    with site.opened():
        give_password(User.objects.get(pk=closer.id), PASSWORD)
    closer.post(f"users/{person.id}/deactivate/", {"reason": "Left", "proof": {"password": PASSWORD}})
