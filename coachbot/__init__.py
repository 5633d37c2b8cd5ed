"""coachbot: a conversational coach that walks people with low back pain through a programme of weeks."""

__version__ = "0.1.0"
