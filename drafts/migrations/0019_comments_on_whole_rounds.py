"""A comment is on all that a round changes, too."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blobs", "0005_previews_stay"),
        ("drafts", "0018_comments_on_proposals"),
        ("projects", "0004_status_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="comment",
            name="drafts_comment_place_or_thread",
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
                        models.Q(
                            models.Q(("field", ""), _negated=True),
                            models.Q(("content__isnull", True), ("quote", ""), ("side", "after")),
                            _connector="OR",
                        ),
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
