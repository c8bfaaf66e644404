"""Runs Girder on a free port of 127.0.0.1 until standard input ends. Prints the port when Girder is ready.

usage: serve.py MONGO_URI
"""

import os
import socket
import sys
import threading

answers = sys.stdout
sys.stdout = sys.stderr  # Girder's log must not mix with the port.

os.environ["GIRDER_MONGO_URI"] = sys.argv[1]


def print_port(port):
    answers.write(f"{port}\n")
    answers.flush()


def end_with_input():
    """Exits with the parent process: the pipe closes however the parent ends."""
    sys.stdin.read()
    os._exit(0)


def serve_girder_5():
    """As `girder serve` does, but on a socket of a port that the system has chosen."""
    os.environ["GIRDER_SERVER_MODE"] = "production"
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            print_port(sockets[0].getsockname()[1])

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    Server(uvicorn.Config("girder.asgi:app", log_level="warning")).run(sockets=[listening])


def serve_girder_3():
    """As `girder serve` does, but on a port that the system has chosen."""
    import cherrypy
    from girder.utility import server

    cherrypy.config["server.socket_host"] = "127.0.0.1"
    cherrypy.config["server.socket_port"] = 0
    server.setup("testing")
    cherrypy.engine.start()
    print_port(cherrypy.server.bound_addr[1])
    cherrypy.engine.block()


threading.Thread(target=end_with_input, daemon=True).start()
try:
    import girder.asgi  # noqa: F401
except ModuleNotFoundError:
    serve_girder_3()
else:
    serve_girder_5()
