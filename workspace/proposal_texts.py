"""The words that the script says over a proposal; `{name}` is filled in by the script (`frontend/src/texts.ts`)."""

from __future__ import annotations

from django.utils.translation import gettext as _


def proposal_texts() -> dict[str, str]:
    """Every text of `frontend/src/workspace/proposal/`, in the reader's language."""
    return {
        "foot.waits_proposal": _("Fix the JSON before you open it for review"),
        "why.proposal_role": _("Your role cannot propose changes."),
        "why.proposal_ended": _("This proposal has ended."),
        "why.removed": _("{field} is removed in your proposal."),
        "proposal.kept": _("Your proposal is backed up."),
        "proposal.kept_here": _("Kept in this browser. It is backed up when you are online."),
        "proposal.untitled": _("Untitled proposal"),
        "proposal.title_of": _("Changes to {field}"),
        "proposal.broken": _("Fix the JSON of {field} first."),
        "proposal.refused": _("Not submitted."),
        "proposal.compare": _("Your proposal for {field}"),
        "proposal.nothing": _("Nothing is changed yet."),
        "proposal.removed": _("removed"),
        "proposal.leave_out": _("Leave out {field}"),
        "proposal.open": _("Open for review…"),
        "proposal.open_short": _("Open for review"),
        "proposal.open_question": _("Open this proposal for review?"),
        "proposal.open_text": _("Everybody who sees this project will see it, with its title and its changes."),
        "proposal.submit": _("Submit round {round}…"),
        "proposal.submitted": _("Round {round} has everything that you typed."),
        "proposal.submit_short": _("Submit round {round}"),
        "proposal.submit_text": _(
            "Approvals of the round before no longer count. Those who gave them are asked again."
        ),
        "proposal.accept_as": _("Accept as v{version}…"),
        "proposal.accept_short": _("Accept as v{version}"),
        "proposal.accept_text": _("Everything that it changes becomes v{version} at once."),
        "proposal.unsubmitted": _("You typed after the last round. Submit a new round first."),
        "propose.instead": _("Propose instead"),
        "propose.change": _("Propose a change"),
        "proposed": _("{proposal} changes this field."),
        "proposed.read": _("Read {proposal}"),
        "proposed.several": _("{n} open proposals change this field."),
        "proposed.show": _("Show them"),
        "file.remove.proposed": _("It goes when the proposal is accepted. Earlier versions keep it."),
        "file.remove.is_proposed": _("Proposed to delete {path}"),
        **_ending(),
        **_drift(),
    }


def _ending() -> dict[str, str]:
    return {
        "ended.accepted": _("Accepted as v{version} by {name}."),
        "ended.rejected": _("Rejected by {name}."),
        "ended.withdrawn": _("Withdrawn by {name}."),
        "ended.expired": _("This proposal has expired."),
        "ended.discarded": _("This proposal was discarded in another window."),
        "ended.rest": _("What you typed since is kept in this browser, and offered with the current text."),
    }


def _drift() -> dict[str, str]:
    return {
        "drift": _("v{version} changed {field}."),
        "drift.short": _("v{version} changed it"),
        "drift.renamed": _("{field} is called {name} now."),
        "drift.renamed.short": _("called {name} now"),
        "drift.clean": _("It merges by itself."),
        "drift.choices": _("Both changed the same lines."),
        "drift.gone": _("The file itself came or went."),
        "drift.merge": _("Merge"),
        "drift.choose": _("Choose"),
        "drift.merged": _("Merged the current {field} into your proposal."),
        "elsewhere": _("{field} was changed in another window."),
        "elsewhere.about": _("You typed here and in another window of yours. Both texts are safe."),
        "elsewhere.base": _("staged before"),
        "elsewhere.theirs": _("staged in the other window"),
        "drift.title": _("{field} changed since you proposed this."),
        "drift.about": _("v{version} is current, and it changed the same lines. Your proposal is safe."),
        "drift.base": _("where you started"),
        "drift.yours": _("in your proposal"),
    }
