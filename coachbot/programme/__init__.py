"""The programme room: calendar, windows, local time, and what is due on a patient's day.

Pure: standard library and itself only; no clock, no chance, no file. `plan` is the front door
(`plan_day`, `plan_ahead`), `reading` turns a programme file into a `model.Programme`.
"""
