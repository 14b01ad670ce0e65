"""The CRM's pages."""
