"""Going on after an `up` that was killed or failed."""
