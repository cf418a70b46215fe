"""The site's Ed25519 keys: the private one that seals, and every public one that ever did."""
