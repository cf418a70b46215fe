from django.apps import AppConfig


class BlobsConfig(AppConfig):
    name = "blobs"

    def ready(self) -> None:
        from audit.rebuilding.tables import rebuild
        from blobs.rebuilding import TABLES

        rebuild(*TABLES)
