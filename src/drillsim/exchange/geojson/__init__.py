"""Plans as GeoJSON: our own in metres, ArcGIS Indoors layers, and IMDF venues."""
