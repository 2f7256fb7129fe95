"""All that is known of wheels: reading, amending, inspecting, recording, comparing and keeping them."""
