"""How well the assistant understands, measured on what it was not trained on."""
