"""The sample service `shop`: api, worker, and `world`, a stand-in for everything outside."""
