#!/usr/bin/python3
"""The other side of messages in tests: a real SMTP server (aiosmtpd) and an HTTP service.

other_side.py DIR MODE   MODE: plain, starttls, implicit, http
Prints its port, writes each thing it takes as DIR/<n>.json, ends when its standard input closes.
STARTTLS and TLS use DIR/cert.pem and DIR/key.pem and ask for the account hub with the password secret.
"""
import json
import logging
import os
import socket
import ssl
import sys
import threading

logging.disable(logging.CRITICAL)
folder, mode = sys.argv[1:3]
count = 0
lock = threading.Lock()
tried = set()


def keep(what):
    global count
    with lock:
        count += 1
        name = os.path.join(folder, f"{count}.json")
        with open(name + ".part", "w", encoding="utf-8") as out:
            json.dump(what, out)
        os.rename(name + ".part", name)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Mails:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        if address.startswith("later@") and address not in tried:
            tried.add(address)
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        keep({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
              "text": envelope.content.decode("ascii")})
        return "250 taken"


def start_mail():
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    def check(server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (b"hub", b"secret")
        return AuthResult(success=good, handled=False)

    options = {}
    if mode != "plain":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem"))
        options = {"authenticator": check, "auth_required": True}
        if mode == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        else:
            # aiosmtpd knows only of STARTTLS that a log-in is private.
            options |= {"ssl_context": context, "auth_require_tls": False}
    port = free_port()
    Controller(Mails(), hostname="127.0.0.1", port=port, **options).start()
    return port


def start_http():
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Service(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
            if self.path == "/busy" and "busy" not in tried:
                tried.add("busy")
                self.send_response(503)
            elif self.path == "/never":
                self.send_response(400)
            else:
                keep({"path": self.path, "body": body, "token": self.headers.get("Authorization")})
                self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


print(start_http() if mode == "http" else start_mail(), flush=True)
sys.stdin.read()
os._exit(0)
