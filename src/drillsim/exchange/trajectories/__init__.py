"""Positions of one drill at a constant frame rate, as JuPedSim and PedPy read them."""
