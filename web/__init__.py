"""The questionnaire in the browser, the HTTP API, and the agency's pages: a thin face over the library."""
