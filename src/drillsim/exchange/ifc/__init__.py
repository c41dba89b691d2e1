"""Building models (IFC 2x3 and 4): spaces, doors and stairs by ifcopenshell, read in a process of their own."""
