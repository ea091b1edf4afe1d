"""The customer's banks: a small typed interface and the XS2A client behind it."""
