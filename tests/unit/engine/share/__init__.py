"""Following an incident: codec, proof, publisher and follower, without a server."""
