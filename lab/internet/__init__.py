"""The outside world: name servers, certificate authorities, load balancers, the front of an API."""
