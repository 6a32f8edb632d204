"""What a record must satisfy: the schemas, and the settings and the policy of its registry."""
