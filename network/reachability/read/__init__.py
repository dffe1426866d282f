"""Clusters from what describes them: the plan, YAML files, a live cluster."""
