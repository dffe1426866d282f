"""Words of Kubernetes' role-based access control."""

RBAC = "rbac.authorization.k8s.io"
API_VERSION = f"{RBAC}/v1"

READ = ["get", "list", "watch"]
WRITE = ["create", "update", "patch", "delete"]
