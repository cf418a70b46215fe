"""How stations sign in: the device flow of RFC 8628, their tokens, and the JWT that says which station it is."""
