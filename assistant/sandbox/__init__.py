"""The practice bank: an HTTP server over a real database that speaks Berlin Group XS2A 1.3.

It shares the published specification with `assistant/bank`, and no code.
"""
