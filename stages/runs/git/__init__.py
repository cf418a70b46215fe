"""Git repositories of others: looked at, copied into a runner's cache, and given a branch. No work tree, ever."""
