from kernel.stage import StageConfig


class SampleStageConfig(StageConfig):
    name = "tests.sample_stage"
    label = "sample_stage"

    def ready(self) -> None:
        from audit.rebuilding.tables import register as rebuild
        from drafts.exchange.registry import export_table
        from tests.sample_stage.models import Note
        from tests.sample_stage.rebuilding import TABLES

        rebuild(*TABLES)
        export_table("note", Note)
