"""Rules at work: which of them are on, what a bundle touches, and what they add to it."""
