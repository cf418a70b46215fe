"""Bundles that are kept outside the state, until their reason is gone or a person decides."""
