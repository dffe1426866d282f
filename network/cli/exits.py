"""With which codes commands end; 0 is done, with nothing to object to."""

REFUSED = 1
"""Done, and the answer is no: there is a problem, a finding that is refused, or no connection."""
UNUSABLE = 2
"""Not done: what was given cannot be read, or not be understood, or the program has a defect."""
UNKNOWN = 3
"""Done, and what was given does not tell the answer."""
