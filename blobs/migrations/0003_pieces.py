"""Files lie in the pieces in which they were uploaded; a piece never changes (control c08)."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("blobs", "0002_never_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Piece",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("upload", models.UUIDField(editable=False)),
                ("start", models.PositiveIntegerField(editable=False, help_text="The number of bytes before it.")),
                ("size", models.PositiveIntegerField(editable=False, help_text="Bytes.")),
                ("data", models.BinaryField(null=True)),
                ("place", models.CharField(editable=False, max_length=200, null=True)),
            ],
            options={
                "ordering": ["upload", "start"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="blob",
            name="pieces",
            field=models.UUIDField(editable=False, help_text="The upload that brought them.", null=True, unique=True),
        ),
        migrations.AlterField(
            model_name="blob",
            name="data",
            field=models.BinaryField(null=True),
        ),
        migrations.AddConstraint(
            model_name="blob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("data__isnull", False), ("pieces__isnull", True), ("size__lte", 1048576)),
                    models.Q(("data__isnull", True), ("pieces__isnull", False), ("size__gt", 1048576)),
                    _connector="OR",
                ),
                name="blobs_blob_in_pieces_if_large",
            ),
        ),
        migrations.AddConstraint(
            model_name="piece",
            constraint=models.UniqueConstraint(fields=("upload", "start"), name="blobs_piece_once"),
        ),
        migrations.AddConstraint(
            model_name="piece",
            constraint=models.UniqueConstraint(fields=("place",), name="blobs_piece_place_once"),
        ),
        migrations.AddConstraint(
            model_name="piece",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gte", 1), ("size__lte", 8388608)), name="blobs_piece_size_in_bounds"
            ),
        ),
        migrations.AddConstraint(
            model_name="piece",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("data__isnull", False),
                        ("place__isnull", True),
                        ("size", django.db.models.functions.text.Length("data")),
                    ),
                    models.Q(("data__isnull", True), ("place__isnull", False)),
                    _connector="OR",
                ),
                name="blobs_piece_lies_somewhere",
            ),
        ),
        # Compressing what is compressed already costs more than it saves, and a range is read without the rest.
        migrations.RunSQL("""
            ALTER TABLE blobs_piece ALTER COLUMN data SET STORAGE EXTERNAL;
            CREATE TRIGGER blobs_piece_frozen BEFORE UPDATE ON blobs_piece
                FOR EACH ROW EXECUTE FUNCTION foundry_refuse();
            CREATE TRIGGER blobs_piece_kept BEFORE TRUNCATE ON blobs_piece
                FOR EACH STATEMENT EXECUTE FUNCTION foundry_refuse();
        """),
    ]
