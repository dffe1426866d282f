"""What DigitalOcean refuses, as pure functions over the account: each raises ApiError or returns.

Every rule names the fact it comes from; "[api]" marks what the facts assume of the API.
"""
