"""The steps of the demo that attach files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from drafts.attachments.models import Attachment
from drafts.attachments.services import append_to_upload, attach_file, start_upload
from drafts.models import Draft
from projects.demo import DemoPerson, DemoProject


@dataclass(frozen=True)
class AttachFile:
    """Attaches a file to a version, or to what an earlier step made, unless it was attached there."""

    author: DemoPerson
    name: str
    data: Callable[[], bytes] = field(hash=False)
    version: int = 0
    comment: str = ""

    def play(self, demo: DemoProject) -> None:
        subject_type, subject_id = self._subject(demo)
        if Attachment.objects.of_subject(subject_type, subject_id).filter(name=self.name).exists():
            return
        caller, project_id = demo.caller(self.author), demo.project.id
        data = self.data()
        upload = start_upload(caller=caller, project_id=project_id, size=len(data))
        append_to_upload(caller=caller, upload_id=upload.id, offset=0, data=data)
        attach_file(
            caller=caller,
            project_id=project_id,
            upload_id=upload.id,
            subject_type=subject_type,
            subject_id=subject_id,
            name=self.name,
        )

    def _subject(self, demo: DemoProject) -> tuple[str, UUID]:
        if self.comment:
            return "comment", demo.made[self.comment]
        return "draft", Draft.objects.get(project=demo.project, version_number=self.version).id
