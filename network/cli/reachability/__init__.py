"""`network reachability`: what was asked, what is read for it, and how the answer is written."""
