"""Traefik: its CRDs, TLS settings, release and load balancer (EXT-1, ING-1 to ING-6)."""

from network.components.ingress.definitions import TraefikDefinitions, TraefikDefinitionsArgs
from network.components.ingress.traefik import Traefik, TraefikArgs

__all__ = ["Traefik", "TraefikArgs", "TraefikDefinitions", "TraefikDefinitionsArgs"]
