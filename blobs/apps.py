from django.apps import AppConfig


class BlobsConfig(AppConfig):
    name = "blobs"

    def ready(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD, rebuild
        from blobs.rebuilding import TABLES

        rebuild(*TABLES)
        TABLES_WITHOUT_RECORD.register("blobs_piece", "the bytes of files, which are checked with their attachments")
        TABLES_WITHOUT_RECORD.register("blobs_preview", "drawn from files, and could be drawn again")
