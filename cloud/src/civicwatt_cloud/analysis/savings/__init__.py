"""Measurement and verification: what a measure saved, beside what would have been used without it.

Sign: savings_positive = adjusted baseline − use in the reporting period, in the meter's own unit.
Source: GB/T 28750—2012 (校准能耗 − 报告期能耗; the standard writes E_s = E_r − E_a, negative for a saving).
"""
