"""The coach beside what people would write or pick instead, in one run. `python -m benchmarks.peers`."""
