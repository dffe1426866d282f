"""What stands in the account and in the cluster, as this stack would take it over (ADM-7): pure, over what
was read.

An adoption is an import and, in the same `up`, an update of what differs. So what there is counts as what a
former version of the program declared, and is compared as a review compares two versions.
"""
