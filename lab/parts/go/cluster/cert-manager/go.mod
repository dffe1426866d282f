// The module stands below cert-manager's path so that its commands may import cert-manager's
// internal packages, as cert-manager's own command modules do.
module github.com/cert-manager/cert-manager/lab

go 1.26.0
