"""What a step of a run can be and do: one concept a file."""
