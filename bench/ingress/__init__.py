"""What our settings of Traefik, and each feature that they add, cost in requests per second and latency."""
