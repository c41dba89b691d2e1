"""What a plan and a staffing reach, before any simulation."""
