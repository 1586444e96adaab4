raise SystemExit("APP_MODULE was given, so app.py is not what runs")
