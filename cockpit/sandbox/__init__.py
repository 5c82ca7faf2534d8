"""The embedded range: real servers, the sample service, the scenarios."""
