"""Published cases of how people move, played by the crowd."""
