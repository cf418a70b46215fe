"""Index the versions that were saved before there was an index."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from drafts.search.indexing import VersionIndex
from projects.fields import CONFIGURATION, FILES, PROMPT


def index_all(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    drafts = apps.get_model("drafts", "Draft").objects.order_by("project_id", "version_number")
    project, before = None, {}
    for draft in drafts.iterator(chunk_size=50):
        if draft.project_id != project:
            project, before = draft.project_id, {}
        after = {PROMPT: draft.prompt_id, CONFIGURATION: draft.configuration_id}
        after |= {FILES + path: file["sha256"] for path, file in draft.files.items()}
        after = {name: digest for name, digest in after.items() if digest}
        index = VersionIndex(project_id=project, version=draft.version_number, before=before)
        index.follow({name: after.get(name) for name in draft.changed_fields})
        before = after


class Migration(migrations.Migration):
    dependencies = [
        ("blobs", "0002_never_changes"),
        ("drafts", "0008_search"),
    ]

    operations = [migrations.RunPython(index_all, migrations.RunPython.noop)]
