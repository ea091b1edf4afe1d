"""For testers: scenarios, replayed through the whole assistant on all cores, and what came of them."""
