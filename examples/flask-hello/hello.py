"""A page that says where it runs."""

import os
import platform

from flask import Flask, jsonify

application = Flask(__name__)


@application.get("/")
def hello() -> str:
    return f"Hello from Flask, {os.environ.get('GREETED', 'world')}!\n"


@application.get("/about")
def about():
    return jsonify(python=platform.python_version(), uid=os.getuid(), groups=os.getgroups())
