"""Files in and out: what other programs, offices and platforms send, and what they expect back."""
