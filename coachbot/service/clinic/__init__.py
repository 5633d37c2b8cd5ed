"""The clinic's systems: who they are, what they may ask, and the steps that devices count."""
