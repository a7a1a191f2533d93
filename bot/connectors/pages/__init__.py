"""Reading the pages that connections name: an API's documentation, say.

Naming    A field of a connector's form says that it names a page (`form_field(…, page="api")`), and
          whose readers may read it: those of that area. That one line gives the connector its tool.
Tool      `read_web_page` (`tool`) is a tool of the connector, not of the house: what a connection
          names stands in its form, which only the gate opens; and so each read needs a grant, can
          be switched off with it, and is on record like every read of that connection.
Who       Models whose provider fetches pages itself are not offered it while that is on.
Pages     The very address and those below it, on the same scheme, host and port (`naming`).
Network   The same code that the external API sends with: addresses are checked when they are
          connected to, redirects looked at one by one, everything ends after 15 seconds. Nothing is
          signed in, and no cookie is kept.
Content   Pages, plain text, Markdown, JSON and YAML, up to 2 MB. A page becomes text with its
          headings (`markup`) and is given in parts (`parts`).
"""
