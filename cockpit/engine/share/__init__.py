"""Following an incident from elsewhere: what the operator's cockpit shares, and what a follower makes of it."""
