"""The forms in which colleges draw a timetable; each module knows one and says what of it is read."""
