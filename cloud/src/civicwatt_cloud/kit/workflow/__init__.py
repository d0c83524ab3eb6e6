"""Workflows: declared states and transitions, who may take them, and what each step left behind."""
