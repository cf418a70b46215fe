"""Proposals, their changes, rounds and votes."""

import django.db.models.deletion
import django.db.models.manager
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("drafts", "0015_accepted_proposals"),
        ("projects", "0004_status_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("description", models.CharField(blank=True, default="", max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("private", "Private"),
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="private",
                        max_length=9,
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="From its first opening on.", null=True)),
                ("origin_type", models.CharField(blank=True, default="", max_length=30)),
                ("origin_id", models.CharField(blank=True, default="", max_length=100)),
                ("opened_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=1000)),
                (
                    "contributors",
                    models.JSONField(default=list, help_text="[{id, characters}] of those who wrote it, by id."),
                ),
                ("touched", models.BooleanField(default=False)),
                (
                    "told_version",
                    models.PositiveIntegerField(default=0, help_text="The newest version that drift was told of."),
                ),
                ("client_ref", models.UUIDField(help_text="Of the request that made it.", null=True)),
                (
                    "request",
                    models.CharField(blank=True, default="", help_text="What that request asked for.", max_length=64),
                ),
                ("updated_at", models.DateTimeField(help_text="When something was last staged.")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="drafts.draft",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="projects.project"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "default_permissions": ("view",),
                "default_manager_name": "recorded",
            },
            managers=[
                ("recorded", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("target", models.CharField(max_length=1100)),
                ("base", models.JSONField(null=True)),
                (
                    "base_version",
                    models.PositiveIntegerField(help_text="The version whose content the base is; 0 for none."),
                ),
                ("value", models.JSONField(null=True)),
                ("language", models.CharField(max_length=40, null=True)),
                ("size", models.PositiveIntegerField(help_text="Bytes of the value.")),
                ("revision", models.PositiveBigIntegerField(default=1)),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="proposals.proposal"
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "target"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("changes", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("contributors", models.JSONField(help_text="[{id, characters}] of those who wrote it, by id.")),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rounds", to="proposals.proposal"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("verdict", models.CharField(choices=[("approve", "Approves"), ("object", "Objects")], max_length=7)),
                ("comment", models.CharField(blank=True, default="", max_length=2000)),
                ("created_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="votes", to="proposals.round"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": ("view",),
            },
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["project", "state", "-id"], name="proposals_of_project"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(condition=models.Q(("state", "open")), fields=["expires_at"], name="proposals_expiring"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["private", "open", "accepted", "rejected", "withdrawn", "expired"])),
                name="proposals_proposal_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="proposals_proposal_titled"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number__isnull", True), ("opened_at__isnull", True), ("state", "private")),
                    models.Q(
                        models.Q(("state", "private"), _negated=True), ("number__gte", 1), ("opened_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="proposals_proposal_numbered_once_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("draft__isnull", True),
                        ("ended_at__isnull", True),
                        ("ended_by__isnull", True),
                        ("state__in", ("private", "open")),
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        ("state__in", ("accepted", "rejected", "withdrawn", "expired")),
                    ),
                    _connector="OR",
                ),
                name="proposals_proposal_ends_with_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("rejected", "withdrawn")), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="proposals_proposal_refused_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(fields=("project", "number"), name="proposals_proposal_number_once"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                fields=("author", "client_ref"), name="proposals_proposal_client_ref_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ("private", "open")), ("touched", False), models.Q(("origin_type", ""), _negated=True)
                ),
                fields=("project", "author", "origin_type", "origin_id"),
                name="proposals_proposal_origin_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(fields=("proposal", "kind", "target"), name="proposals_change_once"),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(fields=("proposal", "number"), name="proposals_round_number_once"),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="proposals_round_from_1"),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="proposals_round_digest_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["approve", "object"])), name="proposals_vote_verdict_known"
            ),
        ),
    ]
