from kernel.stage import StageConfig


class SampleStageConfig(StageConfig):
    name = "tests.sample_stage"
    label = "sample_stage"

    def ready(self) -> None:
        from audit.rebuilding.tables import rebuild
        from drafts.exchange.registry import EXPORTED_TABLES, ExportedTable
        from kernel.doctor import EXAMINATIONS
        from kernel.metrics import register_figures
        from tests.sample_stage.doctor import examine
        from tests.sample_stage.metrics import FIGURES
        from tests.sample_stage.models import Note
        from tests.sample_stage.rebuilding import TABLES

        rebuild(*TABLES)
        EXPORTED_TABLES.register("note", ExportedTable(Note))
        EXAMINATIONS.register("Sample stage", examine)
        register_figures(*FIGURES)
