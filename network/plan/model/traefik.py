"""Traefik's own kinds, and what it calls their objects."""

API_VERSION = "traefik.io/v1alpha1"


def traefik_name(namespace: str, name: str) -> str:
    """Return what Traefik calls an object of its own kinds. The underscore, which no name of Kubernetes
    holds, keeps two apart that a hyphen would join to one (`safeNaming`)."""
    return f"{namespace}_{name}@kubernetescrd"


def router_name(namespace: str, route: str, index: int) -> str:
    """Return what Traefik calls the router of an IngressRoute's rule, counted from 0, and label `router` of
    its metrics holds (`makeSafeKey` in its provider of CRDs). That of a route with several entrypoints has
    theirs in front; ours have one."""
    return traefik_name(namespace, f"{route}_{index}")
