from django.apps import AppConfig


class BlobsConfig(AppConfig):
    name = "blobs"

    def ready(self) -> None:
        from audit.verification import register
        from blobs.verification import check_blobs

        register("blobs", check_blobs)
