"""What staff do: come in, see who needs them, look at one patient, act, and leave a trace of it."""
