"""The lab: the platform on one Linux machine, without a cloud account."""
