"""A run as files for other programs: GeoJSON for maps, CSV for tables."""
