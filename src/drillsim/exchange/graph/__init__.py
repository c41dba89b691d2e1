"""The network of a building as a file for networkx, Gephi, yEd and other programs for graphs."""
