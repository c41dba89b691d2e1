"""People: laws, cells, population and the reference crowd."""
