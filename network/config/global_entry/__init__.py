"""One name over the environments of several regions: a GLOBAL load balancer (EXT-5)."""
