"""The walkable area of a level as JuPedSim and PedPy read it."""
