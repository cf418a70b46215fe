"""What the scripts of the workspace say about renaming, deleting and uploading files."""

from __future__ import annotations

from django.utils.translation import gettext as _


def file_texts() -> dict[str, str]:
    """Their keys and texts, with places such as `{path}`."""
    return {
        **_folders(),
        **_uploads(),
        "file.rename": _("Rename {path}"),
        "file.rename.text": _("Use / for folders. Comments, history and your unsaved changes go along."),
        "file.renamed": _("Renamed to {path} · v{version}"),
        "file.remove": _("Delete {path}?"),
        "file.remove.text": _(
            "It is gone from v{next} on. Earlier versions keep it: revert to v{version} to bring it back."
        ),
        "file.remove.unsaved": _("Your unsaved changes to it are lost."),
        "file.remove.submit": _("Delete file"),
        "file.removed": _("Deleted {path} · v{version}"),
    }


def _uploads() -> dict[str, str]:
    return {
        "upload.new": _("New"),
        "upload.empty": _("There are no files in it."),
        "upload.unreadable": _("Some of the files could not be read. Nothing was uploaded."),
        "upload.skipped": _("Exists already · skipped"),
        "upload.large": _("Larger than {limit}, the limit of a text."),
        "upload.binary": _("Not a text in UTF-8."),
        "upload.twice": _("A file with this name was chosen twice."),
        "upload.locked": _("{name} is editing this file."),
        "upload.editing": _("You are editing this file. Save it or stop editing first."),
        "upload.one_version": _("Text files in UTF-8. All of them become one version."),
        "upload.several": _("One upload takes at most {limit} MiB, so these files become {n} versions."),
        "upload.hidden.one": _("{n} file or folder whose name begins with a full stop is left out."),
        "upload.hidden.other": _("{n} files or folders whose names begin with a full stop are left out."),
        "upload.too_many": _("A project can have at most {limit} files, and these are more. Choose a smaller folder."),
        "upload.over.one": _("A project can have at most {limit} files. It has {known}, so this is {n} too many."),
        "upload.over.other": _("A project can have at most {limit} files. It has {known}, so these are {n} too many."),
        "upload.replace_all.one": _("Replace {n} file that exists already"),
        "upload.replace_all.other": _("Replace all {n} files that exist already"),
        "upload.sending": _("Uploading part {n} of {all}…"),
        "upload.submit.one": _("Upload {n} file as {version}"),
        "upload.submit.other": _("Upload {n} files as {version}"),
        "upload.done.one": _("Uploaded {n} file · {version}"),
        "upload.done.other": _("Uploaded {n} files · {version}"),
    }


def _folders() -> dict[str, str]:
    return {
        "folder.held.one": _("{name} is editing {path}, so this is not possible now."),
        "folder.held.other": _("{n} files in this folder are being edited, {path} by {name}. It is not possible now."),
        "folder.rename": _("Rename the folder {path}"),
        "folder.rename.text.one": _(
            "{n} file moves in v{version}. Comments, history and your unsaved changes go along."
        ),
        "folder.rename.text.other": _(
            "{n} files move together in v{version}. Comments, history and your unsaved changes go along."
        ),
        "folder.remove": _("Delete the folder {path}?"),
        "folder.remove.text.one": _(
            "{n} file is gone from v{next} on. Earlier versions keep it: revert to v{version} to bring it back."
        ),
        "folder.remove.text.other": _(
            "{n} files are gone from v{next} on. Earlier versions keep them: revert to v{version} to bring them back."
        ),
        "folder.remove.unsaved.one": _("Your unsaved changes to {n} of them are lost."),
        "folder.remove.unsaved.other": _("Your unsaved changes to {n} of them are lost."),
        "folder.remove.submit.one": _("Delete {n} file"),
        "folder.remove.submit.other": _("Delete {n} files"),
        "folder.removed.one": _("Deleted {path}, {n} file · v{version}"),
        "folder.removed.other": _("Deleted {path}, {n} files · v{version}"),
    }
