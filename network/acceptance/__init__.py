"""The platform proves itself on a real account, and cleans up behind itself (USE-7).

What a run may make is known by its name alone (`run.py`, `things.py`), so that whoever has only that can
remove it all (`sweep.py`), whatever was killed in between. What a run does is a list of steps (`steps.py`);
each is written down before it begins (`journal.py`). What was to be seen on an account is a table of
questions (`questions/`). docs/acceptance.md tells users.
"""
