"""What the coach costs, measured beside what the same work costs on the bare driver. `python -m benchmarks`."""
