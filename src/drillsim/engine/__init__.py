"""One drill in time: SimPy processes of incidents, response and protection over a shared world.

Layers, top to bottom: simulate; drill; injects and check; response; incident and protection; state; world and references.
"""
