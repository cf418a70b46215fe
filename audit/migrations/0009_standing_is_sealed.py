"""Notes of what was verified are sealed. Those from before are made anew by the next verification."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("audit", "0008_canonical_at_the_door")]

    operations: ClassVar[list[Operation]] = [
        migrations.RunSQL("DELETE FROM audit_standing", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="standing",
            name="seal",
            field=models.CharField(db_default="", editable=False, max_length=64),
        ),
    ]
