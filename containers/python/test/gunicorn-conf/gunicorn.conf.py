import os

wsgi_app = "anywhere:application"
bind = f"0.0.0.0:{os.environ['PORT']}"
