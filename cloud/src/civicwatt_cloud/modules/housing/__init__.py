"""办公用房: yards, buildings, floors and rooms; who is in which; allocating, vacating, leasing, repairing."""
