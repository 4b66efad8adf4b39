#!/usr/bin/env python3
"""A CQHTTP implementation by somebody else: small, and deliberately not right everywhere.

    foreign.py CONFIG.json      serves until it is stopped
    foreign.py inject           causes the event on standard input; for --inject-cmd

What it gets wrong on purpose: 403 where there is no token (D2), a slash behind the action's name is
not found (D7), + stays + in queries (D20), replies have a member "wording", no _async actions, echo
goes through a double (D9). It has no reverse WebSocket, no signature and no data files.
"""
import asyncio
import base64
import hashlib
import json
import os
import signal
import struct
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SELF_ID = 20086001
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class World:
    """The account and everything it knows."""

    def __init__(self, config):
        self.config = config
        self.card = "foreign"
        self.messages = 0
        self.listeners = set()

    def call(self, action, params):
        """(retcode, data) of an action; None if there is no such action."""
        handler = getattr(self, "do_" + action, None)
        return handler(params) if handler else None

    def do_get_login_info(self, _):
        return 0, {"user_id": SELF_ID, "nickname": "Foreign 外"}

    def do_get_status(self, _):
        return 0, {"app_initialized": True, "app_enabled": True, "app_good": True,
                   "plugins_good": True, "online": True, "good": True}

    def do_get_version_info(self, _):
        return 0, {"coolq_directory": "/", "coolq_edition": "pro", "plugin_version": "4.0.5",
                   "plugin_build_number": 1, "plugin_build_configuration": "release"}

    def do_get_group_list(self, _):
        return 0, [{"group_id": 5, "group_name": "一群 one"}]

    def do_send_private_msg(self, params):
        if not number(params.get("user_id")) or not params.get("message"):
            return 100, None
        self.messages += 1
        return 0, {"message_id": self.messages}

    def do_send_msg(self, params):
        if params.get("message_type") != "private":
            return 100, None
        return self.do_send_private_msg(params)

    def do_set_group_card(self, params):
        if not number(params.get("group_id")) or not number(params.get("user_id")):
            return 100, None
        self.card = str(params.get("card", ""))
        return 0, None

    def do_get_group_member_info(self, params):
        if number(params.get("group_id")) != 5 or number(params.get("user_id")) != SELF_ID:
            return 100, None
        return 0, {"group_id": 5, "user_id": SELF_ID, "nickname": "Foreign", "card": self.card,
                   "sex": "unknown", "age": 1, "area": "", "join_time": 1, "last_sent_time": 1,
                   "level": "", "role": "member", "unfriendly": False, "title": "",
                   "title_expire_time": 0, "card_changeable": False}

    def do__crash(self, _):
        """The end in the middle of everything."""
        os._exit(7)

    async def happen(self, event):
        """An event: posted first, then pushed."""
        self.messages += 1
        event = {"time": int(time.time()), "self_id": SELF_ID, "sub_type": "friend", "font": 0,
                 "message_id": self.messages, "raw_message": event.get("message"), **event}
        text = json.dumps(event, ensure_ascii=False).encode()
        if self.config.get("post_url"):
            await asyncio.to_thread(post, self.config["post_url"], text)
        for writer in list(self.listeners):
            writer.write(frame(1, text))


def post(url, body):
    request = urllib.request.Request(url, body, {"Content-Type": "application/json",
                                                 "X-Self-ID": str(SELF_ID)})
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60).read()
    except OSError as error:
        print("post failed:", error, flush=True)


def number(value):
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def reply_text(retcode, data):
    status = {0: "ok", 1: "async"}.get(retcode, "failed")
    return json.dumps({"status": status, "retcode": retcode, "data": data, "wording": ""},
                      ensure_ascii=False).encode()


def is_allowed(config, headers, query):
    """None if the token is right or not needed, else the status: always 403, which is D2."""
    token = config.get("token")
    shown = headers.get("authorization", "")
    given = shown[6:] if shown[:6] in ("Token ", "token ") else query.get("access_token", "")
    return None if not token or given == token else 403


def parse_query(text):
    """Pairs of a query; + stays +, which is D20."""
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return {urllib.parse.unquote(name): urllib.parse.unquote(value) for name, _, value in pairs}


async def read_request(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, version = first.split(" ")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    path, _, query = target.partition("?")
    return method, path, query, version, headers, body


async def answer_http(world, method, path, query, headers, body):
    """(status, body) of a request to the API."""
    if path == "/_inject" and method == "POST":
        asyncio.get_running_loop().create_task(world.happen(json.loads(body)))
        return 200, b"{}"
    if method not in ("GET", "POST") or path.count("/") != 1 or path == "/":
        return 404, b""
    params = parse_query(query)
    refused = is_allowed(world.config, headers, params)
    if refused:
        return refused, b""
    kind = headers.get("content-type", "")
    if method == "POST" and kind:
        if kind.startswith("application/json"):
            try:
                members = json.loads(body)
            except ValueError:
                return 400, b""
            if not isinstance(members, dict):
                return 400, b""
            params = {**members, **params}
        elif kind.startswith("application/x-www-form-urlencoded"):
            params = {**dict(urllib.parse.parse_qsl(body.decode())), **params}
        else:
            return 406, b""
    result = world.call(path[1:], params)
    return (404, b"") if result is None else (200, reply_text(*result))


async def serve_http(world, reader, writer):
    try:
        while True:
            method, path, query, version, headers, body = await read_request(reader)
            status, text = await answer_http(world, method, path, query, headers, body)
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(text)}\r\n"
            if text:
                head += "Content-Type: application/json; charset=UTF-8\r\n"
            writer.write(head.encode() + b"\r\n" + (b"" if method == "HEAD" else text))
            await writer.drain()
            if headers.get("connection", "").lower() == "close" or version == "HTTP/1.0":
                break
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        pass
    finally:
        writer.close()


def frame(opcode, payload):
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x80 | opcode, size) + payload
    if size < 65536:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + payload


async def read_frame(reader):
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if size == 126:
        size, = struct.unpack("!H", await reader.readexactly(2))
    elif size == 127:
        size, = struct.unpack("!Q", await reader.readexactly(8))
    key = await reader.readexactly(4) if second & 0x80 else bytes(4)
    payload = await reader.readexactly(size)
    return first & 0x80, first & 0x0F, bytes(b ^ key[i % 4] for i, b in enumerate(payload))


def answer_frame(world, text):
    try:
        request = json.loads(text, parse_int=float)  # which is D9
        action, params = request["action"], request.get("params") or {}
    except (ValueError, KeyError, TypeError):
        return reply_text(1400, None)
    result = world.call(action, params) or (1404, None)
    reply = json.loads(reply_text(*result))
    if "echo" in request:
        reply["echo"] = request["echo"]
    return json.dumps(reply, ensure_ascii=False).encode()


async def serve_ws(world, reader, writer):
    try:
        _, path, query, _, headers, _ = await read_request(reader)
        role = path.rstrip("/")
        refused = is_allowed(world.config, headers, parse_query(query))
        if refused or role not in ("/api", "/event"):
            writer.write(f"HTTP/1.1 {refused or 404} X\r\nContent-Length: 0\r\n\r\n".encode())
            return
        key = headers.get("sec-websocket-key", "") + GUID
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        writer.write(("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())
        if role == "/event":
            world.listeners.add(writer)
        message = b""
        while True:
            fin, opcode, payload = await read_frame(reader)
            if opcode == 8:
                writer.write(frame(8, payload[:2]))
                return
            if opcode == 9:
                writer.write(frame(10, payload))
            elif opcode in (0, 1, 2):
                message += payload
                if fin and role == "/api":
                    writer.write(frame(1, answer_frame(world, message)))
                message = b"" if fin else message
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        pass
    finally:
        world.listeners.discard(writer)
        writer.close()


async def main(file):
    with open(file, encoding="utf-8") as text:
        world = World(json.load(text))
    stop = asyncio.Event()
    for number_of in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number_of, stop.set)
    for serve, port in ((serve_http, "http_port"), (serve_ws, "ws_port")):
        if world.config.get(port):
            await asyncio.start_server(lambda r, w, s=serve: s(world, r, w), "127.0.0.1",
                                       world.config[port], limit=1 << 26)
    print("serving", world.config.get("http_port"), world.config.get("ws_port"), flush=True)
    await stop.wait()
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "inject":
        post(os.environ["CQHTTP_TARGET_HTTP"] + "/_inject", sys.stdin.buffer.read())
    else:
        asyncio.run(main(sys.argv[1]))
