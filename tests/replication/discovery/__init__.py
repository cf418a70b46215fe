"""Sites that find each other in one network."""
