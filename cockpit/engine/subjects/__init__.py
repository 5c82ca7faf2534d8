"""What a check looks at, by kind of subject: each module turns readings into findings."""
