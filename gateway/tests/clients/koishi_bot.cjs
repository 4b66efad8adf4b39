// A Koishi bot for the tests, with the plugins that a Koishi installation loads for OneBot.
//
//     node koishi_bot.cjs ws FILE TOKEN
//     node koishi_bot.cjs http FILE TOKEN SECRET
//     node koishi_bot.cjs ws-reverse SELF_ID
//
// FILE is what the gateway writes with --ready-file; the bot waits for it. It prints what it does,
// one JSON object a line.
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { setTimeout: pause } = require('node:timers/promises');
const { Context, h, Universal } = require('koishi');
const { default: http } = require('@koishijs/plugin-http');
const { default: server } = require('@koishijs/plugin-server');

const [protocol, ...rest] = process.argv.slice(2);
// Over HTTP version 6.9.4 takes its own answer for the event and receives nothing.
const { default: OneBot } = protocol === 'http'
    ? require('koishi-plugin-adapter-onebot-6.5')
    : require('koishi-plugin-adapter-onebot');
const app = new Context();
const print = (what, more = {}) => console.log(JSON.stringify({ what, ...more }));

// Without a port of its own the plugin leaves listening to us: any free port will do.
function listen() {
    return new Promise((resolve, reject) => {
        app.server._http.once('error', reject);
        app.server._http.listen(0, '127.0.0.1', () => resolve(app.server._http.address().port));
    });
}

async function account(file) {
    while (!existsSync(file)) {
        await pause(50);
    }
    return JSON.parse(readFileSync(file, 'utf8')).accounts[0];
}

// The adapter's settings, as they would stand in koishi.yml.
async function settings() {
    if (protocol === 'ws-reverse') {
        print('listening', { port: await listen() });
        return { protocol, selfId: rest[0], path: '/onebot' };
    }
    const [file, token, secret] = rest;
    if (protocol === 'ws') {
        const { self_id, ws } = await account(file);
        return { protocol, selfId: `${self_id}`, token, endpoint: ws, retryInterval: 200 };
    }
    print('listening', { port: await listen() });
    const { self_id, http } = await account(file);
    return { protocol, selfId: `${self_id}`, token, endpoint: http, path: '/onebot', secret };
}

// What the bot does when somebody says one of these words.
const skills = {
    // Answers, with a mention where others read along.
    async hello(session) {
        const greeting = `hello ${session.username}, [this] is & stays, Koishi ☀`;
        const sent = await session.send(session.isDirect ? greeting : [h.at(session.userId), ` ${greeting}`]);
        print('sent', { ids: sent });
    },
    // Many calls at once: every answer has to reach the call it belongs to.
    async order(session) {
        const members = await session.bot.getGuildMemberList(session.guildId);
        const numbers = members.data.map((member) => member.user.id);
        const calls = Array.from({ length: 40 }, (_, i) => numbers[i % numbers.length]);
        const answers = await Promise.all(calls.map((id) => session.bot.getGuildMember(session.guildId, id)));
        const right = answers.filter((member, i) => member.user.id === calls[i]).length;
        print('order', { members: numbers.length, calls: calls.length, right });
    },
    // Everything Koishi asks to know where it is.
    async around(session) {
        const { bot, guildId, userId } = session;
        const [login, user, friends, guilds, guild] = await Promise.all([
            bot.getLogin(), bot.getUser(userId), bot.getFriendList(), bot.getGuildList(), bot.getGuild(guildId),
        ]);
        print('around', {
            login: login.user.name, user: user.name, friends: friends.data.length, guilds: guilds.data.length,
            guild: guild.name, card: session.event.member.nick,
        });
    },
    // A request of more than 2 MB.
    async picture(session) {
        await session.send(h.image(Buffer.alloc(1_600_000, 1), 'image/png'));
    },
    // Reads a message again, answers it as a quotation, takes the answer back, silences who asked.
    async moderate(session) {
        const { bot, channelId, guildId, messageId, userId } = session;
        const message = await bot.getMessage(channelId, messageId);
        print('read again', { content: message.content });
        const [answer] = await session.send([h.quote(messageId), 'no']);
        await bot.deleteMessage(channelId, answer);
        await bot.muteGuildMember(guildId, userId, 60_000);
    },
    // An action of other implementations is refused at once, and Koishi goes on.
    async stranger(session) {
        const error = await session.bot.internal.getGroupRootFiles(session.guildId).catch((error) => error);
        print('refused', { message: error.message });
    },
};

app.on('bot-status-updated', (bot) => {
    const status = Object.keys(Universal.Status).find((name) => Universal.Status[name] === bot.status);
    // Koishi sets the error behind the status.
    queueMicrotask(() => print(status.toLowerCase(), {
        self: bot.selfId, name: bot.user?.name, error: bot.error?.message,
    }));
});
app.on('message', async (session) => {
    const { content, userId, username, guildId, isDirect } = session;
    print('heard', { content, userId, username, guildId, isDirect });
    await skills[content]?.(session).catch((error) => print('failed', { message: error.stack }));
});
app.on('friend-request', (session) => session.bot.handleFriendRequest(session.messageId, true, 'welcome'));
app.on('guild-member-removed', ({ guildId, userId }) => print('left', { guildId, userId }));
app.on('message-deleted', ({ messageId }) => print('deleted', { messageId }));

async function main() {
    app.plugin(http);
    app.plugin(server, {});
    await app.start();
    app.plugin(OneBot, await settings());
}
main();
