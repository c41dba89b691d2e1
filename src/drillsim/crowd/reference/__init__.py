"""The reference crowd: SimPy events, readable, the definition of what the crowd means."""
