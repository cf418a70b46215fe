"""Addresses of a project's proposals."""

from __future__ import annotations

from django.urls import URLPattern, path

from workspace.proposals import action_views as acts
from workspace.proposals import comment_views as comments
from workspace.proposals import policy_views as policy
from workspace.proposals import review_views as review
from workspace.proposals import views as proposals

urlpatterns: list[URLPattern] = [
    path("proposals/", proposals.proposal_list, name="proposals"),
    path("settings/proposals/", policy.policy, name="proposal_policy"),
    path("proposals/<int:number>/", review.proposal, name="proposal"),
    path("proposals/<int:number>/fold/", review.fold, name="proposal_fold"),
    path("proposals/<int:number>/comments/", comments.comments, name="proposal_comments"),
    path("proposals/<int:number>/vote/", acts.vote, name="vote_on_proposal"),
    path("proposals/<int:number>/accept/", acts.accept, name="accept_proposal"),
    path("proposals/<int:number>/reject/", acts.reject, name="reject_proposal"),
    path("proposals/<int:number>/withdraw/", acts.withdraw, name="withdraw_proposal"),
    path("proposals/<int:number>/submit/", acts.submit, name="submit_proposal"),
    path("proposals/<int:number>/resolve/", acts.resolve, name="resolve_proposal"),
    path("proposals/<int:number>/copy/", acts.copy, name="copy_proposal"),
]
