"""The CI table in DynamoDB: who is asked, how items look on the wire, and how the table itself is made."""
