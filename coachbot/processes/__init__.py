"""An installation as several processes on one PostgreSQL database: `coachbot worker`, `web` and `sender`."""
