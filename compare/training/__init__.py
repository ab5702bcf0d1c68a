"""Training with progress, checkpoints and resume; advice on a result; experiments."""
