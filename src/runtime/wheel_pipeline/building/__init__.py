"""From the plan's source to repaired, inspected and recorded wheels."""
