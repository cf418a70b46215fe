"""A version can be made by accepting a proposal."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blobs", "0002_never_changes"),
        ("drafts", "0014_tasks_are_due"),
        ("projects", "0004_status_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="draft",
            name="drafts_draft_kind_known",
        ),
        migrations.AlterField(
            model_name="draft",
            name="kind",
            field=models.CharField(
                choices=[
                    ("save", "Save"),
                    ("revert", "Revert"),
                    ("undo", "Undo"),
                    ("redo", "Redo"),
                    ("import", "Import"),
                    ("accept", "Accepted proposal"),
                ],
                default="save",
                max_length=6,
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["save", "revert", "undo", "redo", "import", "accept"])),
                name="drafts_draft_kind_known",
            ),
        ),
    ]
