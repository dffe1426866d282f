"""What can be typed after `network`: a module for each command, with its options and its help.

`network --help` imports all of them, so each imports what it works with when it runs.
"""
