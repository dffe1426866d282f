"""Traefik's own kinds, and what it calls their objects."""

API_VERSION = "traefik.io/v1alpha1"


def traefik_name(namespace: str, name: str) -> str:
    """Return what Traefik calls an object of its own kinds. The underscore, which no name of Kubernetes
    holds, keeps two apart that a hyphen would join to one (`safeNaming`)."""
    return f"{namespace}_{name}@kubernetescrd"
