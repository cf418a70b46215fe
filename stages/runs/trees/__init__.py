"""What a run reads and changes: the files of a draft or of a commit, and patches of them. Nothing here writes."""
