"""Reports: plans, judgements and scenarios laid out for people, as text, pictures and files."""
