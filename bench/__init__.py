"""Speed and memory, measured: each figure beside its baseline in the same run (`script/bench`)."""
