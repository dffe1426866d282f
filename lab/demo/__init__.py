"""What the teams would bring: pods for every declared workload, so that requests have somewhere to go."""
