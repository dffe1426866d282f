"""Looks: name servers, hosts, the cluster, the account, Traefik's API; each gives plain facts."""
