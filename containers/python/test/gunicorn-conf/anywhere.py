def application(environment, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"from the configuration file\n"]
