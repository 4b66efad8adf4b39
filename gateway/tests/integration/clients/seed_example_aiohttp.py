"""The example of the seed page with Python's aiohttp, and an event. Arguments: port and token.

Prints the answer and then the event that a second call makes.
"""
import asyncio
import sys

import aiohttp


async def main(port, token):
    headers = {"Authorization": f"Token {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        url = f"http://127.0.0.1:{port}"
        async with session.ws_connect(f"{url}/event/", heartbeat=5) as events:
            async with session.ws_connect(f"{url}/api/", heartbeat=5) as calls:
                await calls.send_json({
                    "action": "send_private_msg",
                    "params": {"user_id": 123456, "message": "你好"},
                    "echo": 1648451782,
                })
                print(await calls.receive_str())
                await calls.send_json({
                    "action": "set_group_kick",
                    "params": {"group_id": 20001, "user_id": 10004},
                })
                await calls.receive_str()
                print(await events.receive_str())


asyncio.run(main(*sys.argv[1:]))
