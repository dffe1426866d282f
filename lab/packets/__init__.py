"""Real packets: who reaches whom in a running lab, tried from every network namespace at once.

The prober enters the namespaces of pods, nodes, the control plane and the world outside, listens
there on every port that it tries and that nobody has, and connects from each to each. So a
connection that fails was refused on the way, never for want of a listener.
"""
