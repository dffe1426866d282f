"""Proofs by requests. A package, since pytest ends what a package shares after its last test."""
