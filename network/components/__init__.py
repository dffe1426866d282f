"""One component resource per layer, and what registers objects, releases and secrets: Pulumi is here alone."""
