"""A bot that the gateway connects to, with Python's aiohttp. Argument: the token it expects.

Prints its port, then the answer to the example of the seed page and the event that a second call
makes.
"""
import asyncio
import sys

from aiohttp import web


async def main(token):
    results = asyncio.Queue()

    async def enter(request):
        if request.headers.get("Authorization") != f"Token {token}":
            raise web.HTTPForbidden()
        socket = web.WebSocketResponse(heartbeat=5)
        await socket.prepare(request)
        return socket

    async def api(request):
        socket = await enter(request)
        await socket.send_json({
            "action": "send_private_msg",
            "params": {"user_id": 123456, "message": "你好"},
            "echo": 1648451782,
        })
        await results.put(await socket.receive_str())
        await listening.wait()
        await socket.send_json({
            "action": "set_group_kick",
            "params": {"group_id": 20001, "user_id": 10004},
        })
        await socket.receive_str()
        await finished.wait()
        await socket.close(code=1001)
        return socket

    async def event(request):
        socket = await enter(request)
        listening.set()
        await results.put(await socket.receive_str())
        await socket.close(code=1001)
        return socket

    listening, finished = asyncio.Event(), asyncio.Event()
    app = web.Application()
    app.add_routes([web.get("/api/", api), web.get("/event/", event)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    print(await results.get(), flush=True)
    print(await results.get(), flush=True)
    finished.set()
    await runner.cleanup()


asyncio.run(main(*sys.argv[1:]))
