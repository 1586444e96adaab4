from shared import TEXT


def application(environment, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [TEXT]
