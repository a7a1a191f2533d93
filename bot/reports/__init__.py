"""Reports: collected from the services, compared, written, and posted once."""
