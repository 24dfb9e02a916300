"""What should happen: the plan's processes as data, and what a log's labels mean in them."""
