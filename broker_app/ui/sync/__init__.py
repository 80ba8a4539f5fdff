"""同步中心: what is not uploaded, what needs a person, and what happened."""
