"""What DigitalOcean refuses, as pure functions over the account: each raises ApiError or returns.

Every rule names the fact it comes from; "[api]" marks what is assumed of the API
(docs/facts/provider.md#assumed-of-the-api).
"""
