"""The helper that members talk to: it reads and changes the CRM under their own permissions."""
