def callable_of_mine(environment, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"a module that was named\n"]
