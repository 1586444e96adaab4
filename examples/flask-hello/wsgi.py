from hello import application
