"""Tests of the store, on real files under `tmp_path`."""
