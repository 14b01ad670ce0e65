"""`bin/bench`: how fast the real thing is, as ratios within one run.

One module per benchmark; `frame` says what a figure is, `installation` starts a whole MorfX in a
temporary folder, `programs` are the other side (customers, provider, model), each a process of its
own so that what it costs is not counted as ours.
"""
