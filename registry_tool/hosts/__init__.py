"""What GitHub and GitLab want: a pull request's address, the one comment on it, and the workflows to install."""
