"""The kit for a real drill: list of events with expected times, evaluation guide, observer cards, and the page that prints them."""
