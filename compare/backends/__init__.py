"""The two sides, and a user's file in place of one: a protocol, and what follows it."""
