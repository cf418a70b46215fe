"""Stations: their socket, what they report, and who lets them in, moves and revokes them."""
