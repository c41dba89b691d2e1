"""The report of a study: one HTML file that opens from disk, asks nothing of the network, and prints."""
