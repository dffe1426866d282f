"""One lab as a whole: which one a stack runs in, its folder, its daemon, and commands within it."""
