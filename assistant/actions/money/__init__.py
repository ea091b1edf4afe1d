"""Money that moves by voice."""
