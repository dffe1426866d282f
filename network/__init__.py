"""The network platform of one environment on DigitalOcean Kubernetes."""
