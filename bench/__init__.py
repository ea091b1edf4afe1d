"""What `make bench` measures: our path beside the bare engine, in one run."""
