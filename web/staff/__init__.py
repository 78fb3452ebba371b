"""The agency's pages: sign-in, the completed clients, what was decided about them, webhooks."""
