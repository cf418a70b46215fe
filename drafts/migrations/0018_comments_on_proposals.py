"""A comment is on a version or on a round of a proposal."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blobs", "0002_never_changes"),
        ("drafts", "0017_attachments_are_kept"),
        ("projects", "0004_status_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="comment",
            name="drafts_comment_place_or_thread",
        ),
        migrations.AddField(
            model_name="comment",
            name="round_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="comment",
            name="side",
            field=models.CharField(
                blank=True,
                choices=[("base", "Base"), ("current", "Current"), ("after", "Proposed")],
                db_default="",
                default="",
                max_length=7,
            ),
        ),
        migrations.AlterField(
            model_name="comment",
            name="field",
            field=models.CharField(blank=True, default="", max_length=1140),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("round_id__isnull", False)),
                fields=["round_id", "state"],
                name="drafts_comment_on_round",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("content__isnull", False),
                        ("draft__isnull", False),
                        ("round_id__isnull", True),
                        ("thread__isnull", True),
                        ("side", ""),
                        models.Q(("field", ""), _negated=True),
                    ),
                    models.Q(
                        ("draft__isnull", True),
                        ("round_id__isnull", False),
                        ("side__in", ["base", "current", "after"]),
                        ("thread__isnull", True),
                        models.Q(("content__isnull", False), ("from_line__isnull", True), _connector="OR"),
                        models.Q(("field", ""), _negated=True),
                    ),
                    models.Q(
                        ("content__isnull", True),
                        ("draft__isnull", True),
                        ("round_id__isnull", True),
                        ("thread__isnull", False),
                        ("field", ""),
                        ("from_line__isnull", True),
                        ("quote", ""),
                        ("side", ""),
                    ),
                    _connector="OR",
                ),
                name="drafts_comment_place_or_thread",
            ),
        ),
    ]
