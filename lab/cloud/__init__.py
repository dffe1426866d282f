"""The simulated DigitalOcean: the one part of the lab that cannot be real.

`Cloud` is the API over an account kept in a file; the Pulumi provider (`provider`), the HTTP front
(`api`) and each cluster's controller (`controller`) all go through it, as their originals go through
api.digitalocean.com. What it refuses is in `rules`, what the provider plugin does of its own in `plugin`.
"""
