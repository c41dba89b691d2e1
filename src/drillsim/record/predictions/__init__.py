"""Files beside a real drill: the sealed prediction, and the times that observers bring back."""
