"""How a station reaches its server: signing in, one socket, coming back."""
