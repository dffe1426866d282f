"""The Pulumi CLI against the lab: language host, plugins, environment, overrides."""
