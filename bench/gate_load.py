"""The load of bench/gates: a fixed number of calls and events over plain sockets.

The gateway is stopped while a round of requests is sent, so that it finds all of them when it goes
on: how many it handles per turn does not depend on the machine.
"""
import json
import os
import selectors
import signal
import socket
import time

CONNECTIONS = 64
PIPELINES, IN_FLIGHT = 16, 32
SUBSCRIBERS = 1000
IDLE = 1000
BURST = 16
ADDRESSES, EVENTS = 16, 8
TOKEN = "kSLuTF2GC2Q4q4ugm3"
MASK = bytes((0x37, 0xFA, 0x21, 0x3D))
TIMEOUT = 60
HEAD = f"Host: 127.0.0.1:5700\r\nAuthorization: Token {TOKEN}\r\nAccept: */*\r\n"
MESSAGE = "hello from the bench"
SEND = {"user_id": 10001, "message": MESSAGE}
EVENT = {"post_type": "message", "message_type": "private", "user_id": 10001,
         "message": "bench " + "." * 90}


class Broken(Exception):
    """The load could not be driven: an answer is wrong or missing."""


def frame(call):
    """A masked text frame that holds the call as JSON."""
    payload = json.dumps(call, separators=(",", ":")).encode()
    size = (bytes((0x80 | len(payload),)) if len(payload) < 126
            else b"\xfe" + len(payload).to_bytes(2, "big"))
    mask = (MASK * (len(payload) // 4 + 1))[:len(payload)]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")
    return b"\x81" + size + MASK + masked.to_bytes(len(payload), "big")


def http_end(data):
    """Where the first answer ends in `data`; None if it is not complete."""
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return None
    if not data.startswith(b"HTTP/1.1 200 "):
        raise Broken(f"not an answer: {bytes(data[:200])}")
    at = data.find(b"Content-Length: ") + 16
    end = head + 4 + int(data[at:data.find(b"\r", at)])
    return end if len(data) >= end else None


def ws_end(data):
    """The same for a text frame of a server."""
    if len(data) < 4:
        return None
    if data[0] != 0x81 or data[1] > 126:
        raise Broken(f"not a short text frame: {bytes(data[:20])}")
    end = 4 + int.from_bytes(data[2:4], "big") if data[1] == 126 else 2 + data[1]
    return end if len(data) >= end else None


class Peer:
    """One connection. `end` finds the end of what the gateway says."""

    def __init__(self, address, path=None):
        self.socket = socket.create_connection(address, timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.end = http_end
        self.data = bytearray()
        if path:
            self.socket.sendall(
                f"GET {path} HTTP/1.1\r\n{HEAD}Upgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                .encode())
            self.shake_hands()
            self.end = ws_end

    def shake_hands(self):
        while b"\r\n\r\n" not in self.data:
            self.receive()
        if not self.data.startswith(b"HTTP/1.1 101 "):
            raise Broken(f"no upgrade: {bytes(self.data[:200])}")
        del self.data[:self.data.index(b"\r\n\r\n") + 4]

    def receive(self):
        try:
            more = self.socket.recv(65536)
        except TimeoutError:
            raise Broken("an answer did not come in time") from None
        if not more:
            raise Broken("the gateway closed a connection")
        self.data += more

    def expect(self, number):
        """Reads that many answers."""
        at = 0
        while number:
            end = self.end(self.data[at:])
            if end is None:
                self.receive()
                continue
            answer = self.data[at:at + end]
            if b'"retcode":' in answer and b'"retcode":0' not in answer:
                raise Broken(f"a call failed: {bytes(answer)}")
            at += end
            number -= 1
        del self.data[:at]


class Load:
    """`round()` makes `operations` happen on connections that are there from the beginning."""
    keeps = False  # the world on disk
    settings = ""  # lines of the gateway's configuration

    def begin(self, gateway):
        self.pid = gateway.pid
        self.http = address_of(gateway.http)
        self.ws = address_of(gateway.ws)
        self.open()

    def round(self):
        stop(self.pid)
        self.send()
        os.kill(self.pid, signal.SIGCONT)
        self.expect()

    def expect(self):
        for peer in self.peers:
            peer.expect(1)


class Get(Load):
    operations = CONNECTIONS
    request = (f"GET /send_private_msg?user_id=10001&message={MESSAGE.replace(' ', '%20')} "
               f"HTTP/1.1\r\n{HEAD}\r\n").encode()

    def open(self):
        self.peers = [Peer(self.http) for _ in range(CONNECTIONS)]

    def send(self):
        for peer in self.peers:
            peer.socket.sendall(self.request)


class Post(Get):
    body = json.dumps(SEND, separators=(",", ":"))
    request = (f"POST /send_private_msg HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\n"
               f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


class WebSocketCalls(Get):
    request = frame({"action": "send_private_msg", "params": SEND, "echo": 12345678})

    def open(self):
        self.peers = [Peer(self.ws, "/api/") for _ in range(CONNECTIONS)]


class Pipelined(Load):
    operations = PIPELINES * IN_FLIGHT
    call = {"action": "get_login_info", "echo": 12345678}

    def open(self):
        self.peers = [Peer(self.ws, "/api/") for _ in range(PIPELINES)]

    def send(self):
        batch = frame(self.call) * IN_FLIGHT
        for peer in self.peers:
            peer.socket.sendall(batch)

    def expect(self):
        for peer in self.peers:
            peer.expect(IN_FLIGHT)


class PipelinedSends(Pipelined):
    call = {"action": "send_private_msg", "params": SEND, "echo": 12345678}


class StoredSends(PipelinedSends):
    """An answer leaves when what it tells of is on disk."""
    keeps = True


class Deliveries(Load):
    """Events to many subscribers, `burst` of them at once."""
    burst = 1
    operations = SUBSCRIBERS

    def open(self):
        self.caller = Peer(self.ws, "/api/")
        self.peers = [Peer(self.ws, "/event/") for _ in range(SUBSCRIBERS)]

    def send(self):
        call = frame({"action": ".sandbox_inject", "params": {"event": EVENT}})
        self.caller.socket.sendall(call * self.burst)

    def expect(self):
        self.caller.expect(self.burst)
        for peer in self.peers:
            peer.expect(self.burst)


class Burst(Deliveries):
    burst = BURST
    operations = SUBSCRIBERS * BURST


class Receiver:
    """One address events are posted to, and the connection the gateway keeps to it."""
    answer = b"HTTP/1.1 204 No Content\r\n\r\n"

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(TIMEOUT)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.socket = None
        self.data = bytearray()

    def expect(self):
        """Reads one POST and nothing more."""
        try:
            if self.socket is None:
                self.socket, _ = self.listener.accept()
                self.socket.settimeout(TIMEOUT)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while len(self.data) < (size := self.size()):
                more = self.socket.recv(65536)
                if not more:
                    raise Broken("the gateway closed a connection it posts over")
                self.data += more
        except TimeoutError:
            raise Broken("an event was not posted in time") from None
        if len(self.data) > size or b"\r\nX-Signature: sha1=" not in self.data:
            raise Broken(f"not one signed POST: {bytes(self.data[:400])}")
        self.data.clear()

    def size(self):
        """Of the POST, as far as that is known."""
        head = self.data.find(b"\r\n\r\n")
        if head < 0:
            return len(self.data) + 1
        at = self.data.find(b"Content-Length: ") + 16
        return head + 4 + int(self.data[at:self.data.find(b"\r", at)])


class Reports(Load):
    """Events posted to several addresses at once. The gateway finds all answers to one event when
    it goes on, and then posts the next to every address."""
    operations = ADDRESSES * EVENTS

    def __init__(self):
        self.receivers = [Receiver() for _ in range(ADDRESSES)]
        first, *others = (f"url = {receiver.url}\nsecret = {TOKEN}\n" for receiver in self.receivers)
        self.settings = f"post_{first}" + "".join(
            f"[gateway.post.{number}]\n{lines}" for number, lines in enumerate(others, 1))

    def open(self):
        self.caller = Peer(self.ws, "/api/")

    def send(self):
        call = frame({"action": ".sandbox_inject", "params": {"event": EVENT}})
        self.caller.socket.sendall(call * EVENTS)

    def expect(self):
        self.caller.expect(EVENTS)
        for _ in range(EVENTS):
            for receiver in self.receivers:
                receiver.expect()
            stop(self.pid)
            for receiver in self.receivers:
                receiver.socket.sendall(receiver.answer)
            os.kill(self.pid, signal.SIGCONT)


class Idle(Load):
    """Subscribers to which nothing happens; each round brings more of them."""
    operations = IDLE

    def open(self):
        self.peers = []

    def round(self):
        self.peers += [Peer(self.ws, "/event/") for _ in range(IDLE)]


def address_of(url):
    host, port = url.rsplit("/", 1)[-1].rsplit(":", 1)
    return host, int(port)


def state_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


def stop(pid):
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + TIMEOUT
    while state_of(pid) not in "Tt":
        if time.monotonic() > deadline:
            raise Broken("the gateway did not stop")
        time.sleep(0.0005)
