"""A real Kubernetes cluster on one Linux machine: processes, namespaces, networks, certificates, nodes."""
