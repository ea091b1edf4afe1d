"""Who may do what: the passcode, the limits, and the record of what was done. See docs/security.md."""
