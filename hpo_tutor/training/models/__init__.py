"""What can be trained? Descriptions of networks, the layers they consist of, and how they look in plain torch."""
