"""What of the platform is ready."""
