"""What can be asked, as links: hosts, routes, connections, certificates, workflows. Pure, from the plan."""
