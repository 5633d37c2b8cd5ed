"""`coachbot doctor`: is this installation sound? Each check says what it found and what to do; nothing is changed."""
