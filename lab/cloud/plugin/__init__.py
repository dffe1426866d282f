"""What the Pulumi provider does of its own, between the engine and the API.

The real plugin is a bridge over a Terraform provider; much of what users meet is its doing, not the
API's: what a preview checks, what it compares, what it retries, what it keeps after a failure. Each
module follows docs/facts/provider.md, which was measured.
"""
