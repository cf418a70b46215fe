"""The words of the scripts of registers, translated here; `{name}` is filled in by the script."""

from __future__ import annotations

from django.utils.translation import gettext as _


def grid_texts() -> dict[str, str]:
    """What the page of a table says as it happens."""
    return {
        "registers.range": _("Rows {first}–{last} of {count}"),
        "registers.cell.label": _("{column} of {record}"),
        "registers.cell.here": _("{name} is here"),
        "registers.cell.kept": _("Not sent. Enter goes on with it, Delete gives it up."),
        "registers.cell.waiting": _("Kept in this browser, sent when you are connected again."),
        "registers.cell.sending": _("Being saved"),
        "registers.cell.refused": _("Not saved"),
        "registers.cell.stale": _("Somebody else changed this cell while you typed."),
        "registers.choices.none": _("Nothing fits."),
        "registers.read_only": _("You can read this table, and not change it."),
        "registers.copied.one": _("{n} cell copied"),
        "registers.copied.other": _("{n} cells copied"),
        "registers.copy.failed": _("Not copied: some rows could not be fetched."),
        "registers.emptied.one": _("{n} cell emptied"),
        "registers.emptied.other": _("{n} cells emptied"),
        "registers.delete.one": _("Delete the row"),
        "registers.delete.other": _("Delete {n} rows"),
        "registers.deleted.one": _("{n} record deleted. Ctrl+Z brings it back."),
        "registers.deleted.other": _("{n} records deleted. Ctrl+Z brings them back."),
        "registers.more.one": _("And {n} more cell."),
        "registers.more.other": _("And {n} more cells."),
        "registers.choices.empty": _("This column has no options yet. The menu at its head changes it."),
        "registers.not_typed": _("This is not typed here. Enter opens the record."),
        "registers.gone": _("This record was deleted."),
        "registers.pasted.cells.one": _("{n} cell changed"),
        "registers.pasted.cells.other": _("{n} cells changed"),
        "registers.pasted.rows.one": _("{n} record made"),
        "registers.pasted.rows.other": _("{n} records made"),
        "registers.pasted.headings": _("the headings were left out"),
        "registers.ask.lost.one": _("Paste without {n} value?"),
        "registers.ask.lost.other": _("Paste without {n} values?"),
        "registers.ask.lost.text": _(
            "They have no column here: it is not shown, or is filled by links and files. "
            "To paste all, show the columns first."
        ),
        "registers.ask.lost.unknown": _(
            "These headings name no column that is shown: {names}. Show or make the columns first, or paste the rest."
        ),
        "registers.ask.lost.act": _("Paste what fits"),
        "registers.ask.rekeyed.one": _("Give {n} record another key?"),
        "registers.ask.rekeyed.other": _("Give {n} records other keys?"),
        "registers.ask.rekeyed.text": _(
            "What you paste begins in the column of keys. "
            "Whoever looks for the records by the keys that they had will not find them."
        ),
        "registers.ask.rekeyed.act": _("Give other keys"),
        "registers.pasted.nothing": _("Nothing changed"),
        "registers.mistakes.one": _("Nothing was pasted: {n} cell does not fit its column."),
        "registers.mistakes.other": _("Nothing was pasted: {n} cells do not fit their columns."),
        "registers.mistakes.more.one": _("and {n} more"),
        "registers.mistakes.more.other": _("and {n} more"),
        "registers.mistake": _("Row {row}, {column}: {message}"),
        "registers.refused": _("The server did not accept this. Try again."),
        "registers.offline.not_done": _("No connection: nothing was changed. Try again when you are connected."),
        "registers.offline.kept.one": _("{n} cell is kept in this browser, and sent when you are connected."),
        "registers.offline.kept.other": _("{n} cells are kept in this browser, and sent when you are connected."),
        "registers.offline.none": _("What you type is kept in this browser, and sent when you are connected."),
        "registers.from.two": _("{first} and {second} at {site}"),
        "registers.from.one": _("{first}, {second} and {n} other at {site}"),
        "registers.from.other": _("{first}, {second} and {n} others at {site}"),
        "registers.stale": _("{cell} was changed while you typed."),
        "registers.stale.by": _("{name} changed {cell} while you typed."),
    }
