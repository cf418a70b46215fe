"""What the proof of replication registers."""

from __future__ import annotations


def register() -> None:
    from audit.rebuilding.tables import TABLES_WITHOUT_RECORD, rebuild
    from audit.verification import RECORD_CHECKS
    from drafts.exchange.registry import EXPORT_CHECKS, EXPORTED_TABLES
    from kernel.late import Late
    from publishing.bundle.parts import BUNDLE_PARTS, BundlePart
    from stages.replication.proof import bundle_verifier, controls, unrecorded
    from stages.replication.proof.exchange import CHECK, EXPORTED
    from stages.replication.proof.rebuilding import TABLES

    controls.register()
    rebuild(*TABLES)
    for name, reason in unrecorded.TABLES.items():
        TABLES_WITHOUT_RECORD.register(name, reason)
    RECORD_CHECKS.register("records of replication", Late("stages.replication.proof.verification:check_records"))
    for name, exported in EXPORTED.items():
        EXPORTED_TABLES.register(name, exported)
    EXPORT_CHECKS.register("held bundles of sites", CHECK)
    files = Late("stages.replication.proof.bundle:files_of_sites")
    BUNDLE_PARTS.register("sites", BundlePart(bundle_verifier, files))
