"""The staff's console: server-rendered pages over `coachbot.service.staff`. Needs the extra `staff`."""
