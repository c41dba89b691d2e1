"""Call logs of dispatch centres, as CSV."""
