"""`manage.py doctor`: looks at a deployment from one of its nodes, and says what to do about what is wrong."""
