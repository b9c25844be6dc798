"""`make bench-radio`: Wardbell's receivers beside others on the same signals, and beside what physics allows."""
