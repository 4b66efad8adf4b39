"""The example of the seed page with Python's websockets. Arguments: port and token. Prints the answer."""
import asyncio
import json
import sys

import websockets


async def main(port, token):
    url = f"ws://127.0.0.1:{port}/api/?access_token={token}"
    async with websockets.connect(url, ping_interval=5) as socket:
        call = {
            "action": "send_private_msg",
            "params": {"user_id": 123456, "message": "你好"},
            "echo": 1648451782,
        }
        await socket.send(json.dumps(call))
        print(await socket.recv())


asyncio.run(main(*sys.argv[1:]))
