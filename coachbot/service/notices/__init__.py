"""Notices: staff and clinic systems are told that there is something, each by the ways they have chosen."""
