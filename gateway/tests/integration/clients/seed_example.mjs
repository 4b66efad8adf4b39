// The example of the seed page with the WebSocket that is built into Node and into browsers.
// Arguments: port and token. Prints the answer.
const [port, token] = process.argv.slice(2);
const socket = new WebSocket(`ws://127.0.0.1:${port}/api/?access_token=${encodeURIComponent(token)}`);

socket.onopen = () => {
    socket.send(JSON.stringify({
        action: 'send_private_msg',
        params: { user_id: 123456, message: '你好' },
        echo: 1648451782,
    }));
};
socket.onmessage = (message) => {
    console.log(message.data);
    socket.close();
};
socket.onerror = (event) => {
    console.error('cannot connect:', event.message ?? event.error?.message ?? 'unknown');
    process.exitCode = 1;
};
socket.onclose = (event) => {
    if (!event.wasClean) {
        process.exitCode = 1;
    }
};
