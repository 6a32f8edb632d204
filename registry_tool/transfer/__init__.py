"""Import and export: other tools' files become registrations, and the registry becomes files for other tools."""
