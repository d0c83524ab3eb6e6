"""Records as tables: a template, the records of a list, and the way back, each row judged by its cells."""
