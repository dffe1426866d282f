"""Names made of what has other characters, so that two that differ stay apart."""

import hashlib
import re

_DIGITS = 5
"""Of the digest. Two names that are alike but for it are a few in a stack, if any."""


def dashed(text: str, plain: str = "a-z0-9./") -> str:
    """Return the text in lower case with dashes for all but letters and digits. Where it has others than the
    `plain` characters, of which two texts could become one, a digest tells them apart."""
    folded = "".join(each if each.isalnum() else "-" for each in text.lower().replace("*", "any"))
    if re.fullmatch(f"[{plain}]*", text):
        return folded
    return f"{folded}-{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"
