"""What the verbs export, seal, open and observed share."""
