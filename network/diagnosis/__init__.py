"""Which link is broken between a client and a pod, from outside in (ADM-4).

`paths/` has what is asked as links, one behind the other, with what the plan says of each; `read/` looks and
brings plain facts (`facts.py`); `links/` decides by them, purely; `walk.py` stops at the first broken one.
"""
