"""What the platform runs to watch itself, and the rules that it is watched by (OBS-1 to OBS-8)."""
