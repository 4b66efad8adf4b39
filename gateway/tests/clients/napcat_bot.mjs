// A bot with node-napcat-ts for the tests.
//
//     node napcat_bot.mjs ws FILE TOKEN
//
// FILE is what the gateway writes with --ready-file. The bot prints what it does, one JSON object a line.
import { readFileSync } from 'node:fs';
import { NCWebsocket, Structs } from 'node-napcat-ts';

const [, file, token] = process.argv.slice(2);
const { ws: baseUrl } = JSON.parse(readFileSync(file, 'utf8')).accounts[0];
const print = (what, more = {}) => console.log(JSON.stringify({ what, ...more }));
const bot = new NCWebsocket({
    baseUrl,
    accessToken: token,
    reconnection: { enable: true, attempts: 1000, delay: 200 },
});

// What the bot does when somebody says one of these words.
const skills = {
    async hello(message) {
        const greeting = `hello ${message.sender.nickname}, [this] is & stays, NapCat ☀`;
        if (message.message_type === 'private') {
            const { message_id } = await bot.send_private_msg({
                user_id: message.user_id, message: [Structs.text(greeting)],
            });
            return print('sent', { ids: [`${message_id}`] });
        }
        const { message_id } = await bot.send_group_msg({
            group_id: message.group_id, message: [Structs.at(message.user_id), Structs.text(` ${greeting}`)],
        });
        print('sent', { ids: [`${message_id}`] });
    },
    // The answer that the library offers: the action .handle_quick_operation.
    async quick(message) {
        await message.quick_action([Structs.text('quickly')], true);
        print('quick');
    },
    // Many calls at once: every answer has to reach the call it belongs to.
    async order({ group_id }) {
        const members = await bot.get_group_member_list({ group_id });
        const calls = Array.from({ length: 40 }, (_, i) => members[i % members.length].user_id);
        const answers = await Promise.all(
            calls.map((user_id) => bot.get_group_member_info({ group_id, user_id })));
        const right = answers.filter((member, i) => member.user_id === calls[i]).length;
        print('order', { members: members.length, calls: calls.length, right });
    },
    async around({ group_id, user_id, sender }) {
        const [login, user, friends, groups, group, version] = await Promise.all([
            bot.get_login_info(), bot.get_stranger_info({ user_id }), bot.get_friend_list(), bot.get_group_list(),
            bot.get_group_info({ group_id }), bot.get_version_info(),
        ]);
        print('around', {
            login: login.nickname, user: user.nickname, friends: friends.length, guilds: groups.length,
            guild: group.group_name, card: sender.card, protocol: version.protocol_version,
        });
    },
    // A request of more than 2 MB.
    async picture({ group_id }) {
        const file = Buffer.alloc(1_600_000, 1);
        await bot.send_group_msg({ group_id, message: [Structs.image(file)] });
    },
    async moderate({ group_id, message_id, user_id }) {
        const message = await bot.get_msg({ message_id });
        print('read again', { content: message.message.map((part) => part.data.text).join('') });
        const answer = await bot.send_group_msg({
            group_id, message: [Structs.reply(message_id), Structs.text('no')],
        });
        await bot.delete_msg({ message_id: answer.message_id });
        await bot.set_group_ban({ group_id, user_id, duration: 60 });
    },
    // An action of other implementations is refused at once.
    async stranger({ group_id }) {
        const refusal = await bot.get_group_root_files({ group_id }).catch((refusal) => refusal);
        print('refused', { message: `retcode: ${refusal.retcode}` });
    },
};

bot.on('socket.open', () => print('open'));
bot.on('socket.close', ({ code }) => print('closed', { code }));
bot.on('socket.error', ({ errors }) => print('error', { message: `${errors?.[0]?.message}` }));
bot.on('meta_event.lifecycle.connect', async ({ self_id }) => {
    const { nickname } = await bot.get_login_info();
    print('online', { self: `${self_id}`, name: nickname });
});
bot.on('meta_event.heartbeat', ({ interval, status }) => print('heartbeat', { interval, online: status.online }));
bot.on('message', async (message) => {
    const content = message.message.map((part) => part.data.text ?? '').join('');
    print('heard', {
        content, userId: `${message.user_id}`, username: message.sender.nickname,
        guildId: message.group_id && `${message.group_id}`, isDirect: message.message_type === 'private',
    });
    await skills[content]?.(message).catch((error) => print('failed', { message: error.stack ?? error }));
});
bot.on('request.friend', (request) => request.quick_action(true));
bot.on('notice.group_decrease', ({ group_id, user_id }) =>
    print('left', { guildId: `${group_id}`, userId: `${user_id}` }));
bot.on('notice.group_recall', ({ message_id }) => print('deleted', { messageId: `${message_id}` }));

await bot.connect();
