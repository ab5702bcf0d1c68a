"""What is shown: terminal, JSON, pictures, saved runs."""
