"""What runs on the VPN's machine; written there by cloud-init, with the standard library alone."""
