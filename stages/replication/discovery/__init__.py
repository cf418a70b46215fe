"""Finding sites in one network by mDNS, where an operator has switched it on. What is found is a hint, no permission.

`nearby` is what other packages ask; `working` runs on the nodes, and loads zeroconf only where discovery is on.
"""
