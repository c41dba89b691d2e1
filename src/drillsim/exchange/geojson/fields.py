"""Members and properties of a plan in GeoJSON; writer and reader share them.

A file is a FeatureCollection with the foreign member `drillsim_plan`. Its features carry the native objects: `id`, the
geometry (space: Polygon, opening: LineString of two points, stair and ramp: LineString from the opening at its foot to
that at its head, post, equipment and assembly place: Point), and as properties the object as `plan.writing.plan_document`
gives it (lengths in metres), without the keys that the geometry shows (polygon, holes, line, at), with `section`: the key
under which it stands in a plan file, and `level`: the id of its level, which objects without one take from their space.

`drillsim_plan` holds every section without a geometry (name, levels, timetable, provenance …), and `coordinates`:

* `local`: x and y in metres as in the plan file. Map viewers will not place it; nothing is lost.
* `wgs84`: longitude and latitude as RFC 7946 wants them, about `anchor`: {latitude, longitude, north_deg}, the position of
  the plan's point (0, 0), and the degrees clockwise from the plan's +y axis to true north (`grid_north_deg`).

A plan may stand in several files, one per level, in one folder or zip: each repeats `drillsim_plan`.
"""

from __future__ import annotations

MEMBER = "drillsim_plan"
"""Foreign member of a FeatureCollection that marks it as a plan of ours."""
COORDINATES, LOCAL, WGS84 = "coordinates", "local", "wgs84"
ANCHOR = "anchor"
LATITUDE, LONGITUDE, NORTH_DEG = "latitude", "longitude", "north_deg"
SECTION, LEVEL = "section", "level"
SHOWN = ("polygon", "holes", "line", "at")
"""Keys that the geometry shows, so that no properties hold them."""
SECTIONS = ("spaces", "openings", "stairs", "ramps", "posts", "equipment", "assembly")
"""Sections whose objects are features; all others stand in the member."""
GEOMETRY = {
    "spaces": "Polygon", "openings": "LineString", "stairs": "LineString", "ramps": "LineString",
    "posts": "Point", "equipment": "Point", "assembly": "Point",
}  # fmt: skip
