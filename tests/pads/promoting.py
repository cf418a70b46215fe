"""A project under review, whose prompt is promoted from a pad."""

from __future__ import annotations

from typing import Any

from drafts.models import Draft
from projects.services import add_member
from stages.pads.models import Pad
from stages.pads.services import promote_pad
from tests.cast import new_caller, new_user
from tests.pads.world import World, edit
from tests.publishing.bundles import Files, files_in, release_bundle
from tests.publishing.reviews import Review
from tests.writers import Writer


class Promoting:
    """A pad of a project under review, that two people wrote in."""

    def __init__(self, of: Review) -> None:
        of.writer.give_back()
        people = {"mara": new_user("mara"), "ed": of.people["editor"]}
        owner = new_caller(of.people["owner"])
        add_member(caller=owner, project_id=of.project.id, user_id=people["mara"].id, role="editor")
        self.review, self.world = of, World(of.project, people)
        pad = self.world.pad(target_field="prompt_text", start="field")
        ed, mara = self.world.session("ed"), self.world.session("mara")
        edit(ed, pad, 1, (9, 0, " very"))
        edit(mara, pad, 2, (9, 1, ""), (22, 0, "Cite 😀.\n"))
        edit(ed, pad, 3, (9, 0, " "))
        self.pad = Pad.objects.get(pk=pad.id)

    def promote(self, revision: int, **facts: Any) -> Draft:
        writer, field = Writer(self.world.caller("ed"), self.review.project), facts.get("field", "prompt_text")
        newest = Draft.objects.of_project(self.review.project.id).first()
        assert newest is not None
        given: dict[str, Any] = {"part": None, "field": field, "place": None, **facts}
        return promote_pad(
            caller=writer.caller,
            pad_id=facts.pop("pad", self.pad).id,
            revision=revision,
            session_id=writer.session,
            token=writer.take(field).token,
            base_version=newest.version_number,
            release_locks=True,
            **{name: value for name, value in given.items() if name != "pad"},
        )

    def bundle(self) -> Files:
        return files_in(release_bundle(self.review.submit()))
