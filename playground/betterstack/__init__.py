"""A sandbox of Better Stack's REST APIs, for tests and the demo. Not the real service.

Everything lives in memory and on loopback. It keeps the shapes, words and traps of the real API
as far as they are published or were seen in live answers, and is stricter than the real service
wherever leniency would hide a mistake of a caller:

* an unknown query parameter, a repeated one, or an unknown body field is a 422 (the real service
  is known to refuse unknown body fields in places and to ignore unknown query parameters);
* `page` and `per_page` must be whole numbers from 1 (the real service clamps; so do we, upwards);
* a body must be a JSON object declared as such, and GET and DELETE take none;
* only the documented version of each path answers (`/api/v2/incidents` and `/api/v2/policies`
  still route at the vendor's, here they are unknown routes);
* a true-or-false parameter is `true` or `false`, and a day is `YYYY-MM-DD`.

All hosts of the vendor are one address here: the REST APIs of Uptime, Telemetry and Errors, which
tokens of their own open, and the SQL endpoint over the seeded logs, with a sign-in of its own.

It runs no checks and calls nobody: monitors change through incidents. Outgoing webhooks are really
posted on each change, but to this machine alone (`outgoing`).
"""
