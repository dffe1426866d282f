"""One component per layer, and what registers objects, releases and secrets: the only folder with Pulumi."""
