"""Published and closed-form cases of the response, played by the engine."""
