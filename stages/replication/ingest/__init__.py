"""Bundles of other sites: examined one check after the other, then taken in, or held with a reason."""
