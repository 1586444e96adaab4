def application(environment, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"a package of its own\n"]
