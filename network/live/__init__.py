"""What runs at this moment: the cluster and the account, read; `changes.py` alone changes something.

Whoever compares it with the plan gets findings of one form (`finding.py`), by whichever of the two was asked
(`cluster.py`, `account.py`).
"""
