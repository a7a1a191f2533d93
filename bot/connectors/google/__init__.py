"""What the connectors of Google Cloud share; it is no connector itself.

`forms`            the fields of a connection: service account, project, and another endpoint
`service_account`  the key file, checked
`tokens`           a short-lived access token for a key
`errors`           what a Google error means, and what to do about it
`service`          a client for one of Google's APIs
"""
