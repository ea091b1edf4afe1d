"""The command line: one file an audience; argument reading and printing, nothing else."""
