"""What happens over time: polling, checks, policy, the one road, the run of a runbook; no UI and no drivers."""
