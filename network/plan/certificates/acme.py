"""Let's Encrypt's ACME directories."""

from urllib.parse import urlsplit

DIRECTORIES = {
    "staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
    "production": "https://acme-v02.api.letsencrypt.org/directory",
}
"""Staging has no rate limits worth the name, and its certificates are trusted by nobody."""

HOSTS = {name: urlsplit(url).netloc for name, url in DIRECTORIES.items()}
"""Nonces, orders and certificates are served by the hosts of the directories."""
