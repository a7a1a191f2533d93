"""What the connectors of Amazon's services share; it is no connector itself.

`forms`    the fields of a connection: access key, secret, region, and another endpoint
`signing`  Signature Version 4, as a way for httpx to sign in
`errors`   what an AWS error means, and what to do about it
`service`  one request in the AWS JSON protocol
"""
