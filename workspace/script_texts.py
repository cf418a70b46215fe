"""The words that the script says, translated here; `{name}` is filled in by the script (`frontend/src/texts.ts`).

Apps with scripts of their own register theirs, by keys that begin with the app's name:

    SCRIPT_TEXTS.register("runs", run_texts)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext as _

from kernel.registry import Registry
from workspace.file_texts import file_texts
from workspace.merging_texts import merging_texts
from workspace.proposal_texts import proposal_texts

SCRIPT_TEXTS: Final = Registry[Callable[[], Mapping[str, str]]]("texts of scripts")


def script_texts() -> dict[str, str]:
    """Every text of the workspace's script and of its panels, in the reader's language."""
    return {
        **{key: text for texts in SCRIPT_TEXTS.values() for key, text in texts().items()},
        **_saving(),
        **file_texts(),
        **_locks(),
        **_refusals(),
        **_sheet(),
        **merging_texts(),
        **_json(),
        **_discussion(),
        **release_texts(),
        **attachment_texts(),
        **proposal_texts(),
    }


def release_texts() -> dict[str, str]:
    """What the pages of releases announce of other people's acts."""
    return {
        "announce.release.submitted": _("{name} submitted release {release} for review."),
        "announce.release.signed": _("{name} signed release {release} ({meaning})."),
        "announce.release.rejected": _("{name} rejected release {release}."),
        "announce.release.withdrawn": _("{name} withdrew release {release}."),
        "announce.release.released": _("Release {release} is signed and frozen."),
    }


def attachment_texts() -> dict[str, str]:
    """What the script says of uploads; `{…}` is filled in by it."""
    return {
        "attachment.too_large": _("{size}; a file can have at most {limit}"),
        "attachment.queued": _("{size} · waiting"),
        "attachment.running": _("{percent} % of {size}"),
        "attachment.left.seconds": _("{n} s left"),
        "attachment.left.minutes": _("{n} min left"),
        "attachment.paused": _("Paused at {sent} of {size}"),
        "attachment.kept": _("Paused at {sent} of {size}. Choose the file again to resume."),
        "attachment.waiting": _("No connection. {sent} of {size} sent; resumes by itself."),
        "attachment.whole": _("{size} · attached when you send"),
        "attachment.attaching": _("{size} · attaching"),
        "attachment.failed": _("The server did not take the file. Try again."),
        "attachment.expired": _("Not attached: the upload was not finished within 24 hours. Add the file again."),
        "attachment.another_file": _("This is another file. Choose {name} as it was."),
        "attachment.pause": _("Pause {name}"),
        "attachment.resume": _("Resume {name}"),
        "attachment.cancel": _("Cancel {name}"),
    }


def _saving() -> dict[str, str]:
    return {
        "save.as": _("Save as v{version}"),
        "save.running": _("Saving v{version}"),
        "save.all": _("All saved in v{version}"),
        "save.none": _("Nothing saved yet"),
        "save.done_at": _("Saved as v{version} · {time}"),
        "save.waiting": _("Saves when online"),
        "save.from": _("From v{version}, as {name}"),
        "missed_save": _("Your save from {time} was not made."),
        "missed_save.no": _("Not saved: the project has changed since. Review your text first."),
        "save.unknown": _("No answer from the server. Save again: nothing is saved twice."),
        "toast.saved": _("Saved as v{version} · {time}"),
        "compare": _("Compare"),
        "compare.with": _("Compare with v{version}"),
        "compare.versions": _("Compare versions"),
        "saved_by": _("{name} saved v{version}."),
        "saved_by.same": _("Your field did not change."),
        "refused": _("Not saved."),
        "fields.one": _("{n} field"),
        "fields.other": _("{n} fields"),
        "announce.saved": _("Saved as version {version}."),
        "announce.saved_by": _("{name} saved version {version}."),
        "unstorable": _("{field} cannot be saved."),
        "unstorable.nul": _("Line {line}, column {column} contains a NUL character, which cannot be stored."),
        "unstorable.surrogate": _(
            "Line {line}, column {column} contains an incomplete character, which cannot be stored."
        ),
        "unstorable.long": _("It has {size} bytes; the limit of {limit} is exceeded in line {line}."),
        "unstorable.go": _("Go to it"),
        "unstorable.remove.one": _("Remove the character"),
        "unstorable.remove.other": _("Remove {n} characters"),
        "too_large": _("A message can have at most 8 MiB."),
        "unkept": _("Your changes to {field} are not backed up."),
        "unkept.here": _("They are kept in this browser only."),
        "unkept.nowhere": _("This browser cannot keep them either. Copy your text."),
        "offline.retry": _("Reconnecting in {seconds} s."),
        "offline.short": _("You are offline."),
        "copied": _("Your text is copied."),
    }


def _locks() -> dict[str, str]:
    return {
        "announce.joined": _("{name} is here."),
        "announce.left": _("{name} has left."),
        "announce.free": _("{field} is available."),
        "announce.editing": _("{name} is editing {field}."),
        "announce.gave_back": _("You stopped editing {field}."),
        "lock_ended": _("Your lock on {field} ended at {time}."),
        "lock_ended.by": _("{name} took over {field}."),
        "lock_ended.why": _("{name} took over {field}: “{reason}”."),
        "safe": _("Your changes are safe."),
        "safe.own": _("You see your own text, which is safe."),
        "edit_again": _("Edit again"),
        "watch": _("Watch"),
        "moved_away": _("You went on editing {field} in another window."),
        "ask.title": _("Ask {name} for {field}?"),
        "taken_first": _("{name} started editing {field} just before you."),
        "asked": _("{name} wants to edit {field}."),
        "asked.why": _("{name} wants to edit {field}: “{message}”."),
        "asked.unsaved": _("You have unsaved changes."),
        "kept_refused": _("{name} is not handing over {field} yet."),
        "release.rejected": _("{name} rejected release {release}."),
        "release.rejected.why": _("{name} rejected release {release}: “{reason}”."),
        "release.withdrawn": _("{name} withdrew release {release}."),
        "release.withdrawn.why": _("{name} withdrew release {release}: “{reason}”."),
        "role": _("Your role in this project has changed."),
        "role.reload": _("Reload"),
        "gave_back": _("{field} is available again."),
        "gave_back.kept": _("{field} is available again. Your changes are kept."),
        "give_back.title": _("Stop editing {field}?"),
        "give_back.text.one": _("Others can edit it at once. You have {n} unsaved line."),
        "give_back.text.other": _("Others can edit it at once. You have {n} unsaved lines."),
        "give_back.keep": _("Offered again when you return to {field}"),
        "give_back.drop": _("{field} shows v{version} again"),
        "give_back.drop_empty": _("{field} is empty again"),
        "take_over.title": _("Take over {field}?"),
        "take_over.text": _("{name} can then no longer save it. Their unsaved changes are kept."),
        "kept.title": _("Unsaved changes from {time}"),
        "kept.made_from": _("made from v{version}"),
        "kept.lines.one": _("{n} line differs"),
        "kept.lines.other": _("{n} lines differ"),
        "kept.others.one": _("{n} older text is offered next."),
        "kept.others.other": _("{n} older texts are offered next."),
    }


def _refusals() -> dict[str, str]:
    """Why something that was tried does nothing."""
    return {
        "why.signed_out": _("This page is read-only: sign in again to edit."),
        "why.role": _("Your role in this project is to read, not to edit."),
        "why.in_review": _("The project is in review. Editing starts again when the release is withdrawn or rejected."),
        "why.frozen": _("The project is frozen. An owner can reopen it."),
        "why.archived": _("The project is archived. An owner can reopen it."),
        "why.replica": _("This is a replica: texts are edited at the site where the project is at home."),
        "why.held": _("{name} is editing {field}. Ask for the field to edit it."),
        "why.elsewhere": _("You are editing {field} in another window. Continue here to write in it."),
        "why.json": _("{field} is not saved. Line {line}: {problem}."),
        "why.moved": _("{field} changed while you were editing. Review it to save."),
        "why.not_yours": _("You are no longer editing {field}. Edit it again to save."),
        "why.nothing": _("Nothing to save."),
        "why.not_editing": _("You are not editing {field}."),
        "why.free": _("{field} is available. Type to edit it."),
    }


def _sheet() -> dict[str, str]:
    return {
        "editor.label": _("Text of {field}"),
        "outline": _("Outline of {field}"),
        **_finding(),
        "empty": _("No text in {field} yet"),
        "missing": _("This project has no file “{name}”."),
        "missing.deleted": _("It was deleted in v{version}."),
        "foot.lines": _("+{added} −{removed} lines since v{version}"),
        "foot.kept": _("Backed up {time}"),
        "foot.unkept": _("Not backed up"),
        "foot.reading": _("Read-only."),
        "foot.watching": _("Read-only. You see the typing as it happens."),
        "foot.own": _("Your own text, not saved."),
        "foot.writes": _("{name} writes in line {line}"),
        "foot.follow": _("Follow"),
        "foot.stop_following": _("Stop following"),
        "foot.lines_theirs": _("+{added} −{removed} lines since v{version}, not saved yet"),
        "foot.lf": _("LF"),
        "foot.crlf": _("CRLF"),
        "foot.mixed": _("Mixed line ends"),
        "foot.waits": _("Fix the JSON to save"),
        "foot.place": _("Ln {line}, Col {column}"),
        "paper.saved": _("{field}, v{version}: {lines}"),
        "paper.unsaved": _("{field}, from v{version} with unsaved changes: {lines}"),
        "lines.one": _("{n} line"),
        "lines.other": _("{n} lines"),
        "characters.one": _("{n} character"),
        "characters.other": _("{n} characters"),
    }


def _finding() -> dict[str, str]:
    return {
        "find": _("Find"),
        "find.replacement": _("Replace with"),
        "find.next": _("Next"),
        "find.previous": _("Previous"),
        "find.all": _("Select all"),
        "find.case": _("Match case"),
        "find.regexp": _("Regular expression"),
        "find.word": _("Whole words"),
        "find.replace": _("Replace"),
        "find.replace_all": _("Replace all"),
        "find.close": _("Close"),
        "find.none": _("No matches"),
        "find.at": _("{at} of {total}"),
        "find.total.one": _("{n} match"),
        "find.total.other": _("{n} matches"),
        "find.total.many": _("Over {n} matches"),
    }


def _json() -> dict[str, str]:
    return {
        "json.note": _("Line {line}: {problem}"),
        "json.go": _("Go to line {line}"),
        "json.mark": _("starts with a byte order mark; remove it"),
        "json.remove": _("Remove it"),
        "json.object": _("the configuration must be one JSON object in { }"),
        "json.after_end": _("unexpected text after the end of the object"),
        "json.name": _("expected a key in double quotes"),
        "json.twice": _('duplicate key "{name}", also in line {line}'),
        "json.colon": _('a colon is missing after "{name}"'),
        "json.comma": _("a comma is missing before {next}"),
        "json.comma.fix": _("Add the comma"),
        "json.semicolon": _("JSON has no semicolons"),
        "json.last_comma": _("there is a comma after the last item"),
        "json.bracket": _("a closing {bracket} is missing"),
        "json.deep": _("more than 100 levels"),
        "json.quote": _("the closing quote is missing"),
        "json.escape": _("invalid escape sequence"),
        "json.control": _("a control character must be written as an escape"),
        "json.surrogate": _("this string contains an incomplete character"),
        "json.number": _("invalid number"),
        "json.no_number": _("JSON has no {word}"),
        "json.empty": _("the file is empty"),
        "json.large": _("this number is too large"),
        "json.quotes": _("put strings in double quotes"),
        "json.quotes.fix": _("Use double quotes"),
        "json.comment": _("JSON has no comments"),
        "json.literal": _("write {literal} instead of {word}"),
        "json.literal.fix": _("Correct it"),
        "json.formatted": _("Already formatted"),
        "json.word": _('put strings in double quotes: "{word}"'),
        "json.value": _("a value is missing"),
    }


def _discussion() -> dict[str, str]:
    return {
        "comment.on_line": _("Comment on line {line}…"),
        "comment.on_selection": _("Comment on the selection in line {line}…"),
        "comment.on_lines": _("Comment on lines {from} to {to}…"),
        "comment.on_field": _("Comment on all of {field}…"),
        "comment.nothing": _("Save this field first, then comment"),
        "comment.send": _("Comment"),
        "comment.reply": _("Reply"),
        "comment.reply_to": _("Reply to {name}"),
        "announce.comment.created": _("{name} commented on {field}."),
        "announce.comment.answered": _("{name} replied to a comment on {field}."),
        "announce.comment.resolved": _("{name} resolved a comment on {field}."),
        "announce.comment.reopened": _("{name} reopened a comment on {field}."),
        "announce.comment.withdrawn": _("{name} withdrew a comment on {field}."),
        "announce.task.created": _("{name} added the task: {task}"),
        "announce.task.done": _("{name} completed a task."),
    }
