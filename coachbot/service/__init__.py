"""Use cases: receiving, turns, timers, days, sending, enrolment, alerts, erasure. Everything outside is a port."""
