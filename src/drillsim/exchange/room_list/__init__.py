"""Room lists in CSV or Excel: people of rooms, or a plan of rows."""
