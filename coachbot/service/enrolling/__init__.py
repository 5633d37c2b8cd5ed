"""The enrolment desk: many invitations at once, from a list."""
