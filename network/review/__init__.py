"""What a change of stack files or of `network/` itself would do, told to its reviewer.

Compares two plans as JSON documents, each made by the code of its own version. Needs no credentials, no
Pulumi, no state and no cluster; `pulumi preview` stays the authority on what is replaced.
"""
