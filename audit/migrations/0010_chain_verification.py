from django.db import migrations


class Migration(migrations.Migration):
    """Rename the model. The table keeps its name, so nothing happens in the database."""

    dependencies = [("audit", "0009_standing_is_sealed")]

    operations = [
        migrations.AlterModelTable(name="standing", table="audit_standing"),
        migrations.RenameModel(old_name="Standing", new_name="ChainVerification"),
    ]
