"""A real Kubernetes cluster on one Linux machine: namespaces, networks, processes, nodes."""
