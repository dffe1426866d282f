"""What people type: one module per command or group of commands, and what only commands need."""
