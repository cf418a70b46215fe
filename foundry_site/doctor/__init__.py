"""`manage.py doctor`: looks at a deployment from one of its nodes, and says what to mend."""
