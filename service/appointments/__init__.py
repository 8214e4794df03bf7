"""Appointments: whoever serves in a role sees people one by one, in slots of her shift: a doctor, a counsellor."""
