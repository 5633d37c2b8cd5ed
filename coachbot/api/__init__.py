"""The interface for systems of the clinic: JSON over HTTP at /api/v1, with a token for each system."""
