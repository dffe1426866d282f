"""What plans of layers are made of: flows and their peers, objects, releases, cloud resources, names."""
