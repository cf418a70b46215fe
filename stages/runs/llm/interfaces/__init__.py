"""One module for each interface: how a request is written for its SDK, and how its stream is read.

`ask(sdk, config, request, parameters, answer)` asks once and reads into the answer; it raises what the SDK raises.
"""
