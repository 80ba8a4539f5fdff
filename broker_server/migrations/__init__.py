"""Steps of the server's schema."""
