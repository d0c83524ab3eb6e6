"""The monitoring system of 2008 (建科〔2008〕114号): codes, the daily upload, the link of a collector."""
