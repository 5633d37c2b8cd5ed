"""Questionnaires in and out: instruments and words as FHIR resources, and official wording installed from a file.

A file that comes in is read beside what the pack holds: items are matched by LOINC code, a map or their link id,
answers by code or points. Every fault is listed, differences are shown first, and nothing is half taken.
"""
