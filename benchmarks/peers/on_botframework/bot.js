// Bot Framework dialogs: a waterfall of sixty number prompts, its state in one file a conversation.
// The same commands as benchmarks/peers/playing.py: `bot.js seed|serve|found FOLDER PATIENTS WORDS`.
'use strict';

const fs = require('fs');
const fsp = fs.promises;
const path = require('path');
const readline = require('readline');
const { ActivityTypes, BotAdapter, ConversationState, TurnContext } = require('botbuilder');
const { DialogSet, DialogTurnStatus, NumberPrompt, WaterfallDialog } = require('botbuilder-dialogs');

const STATES = 60;
const FIRST_CHAT = 1000000;
const CHANNEL = 'bench';
const [what, folder, count, wordsFile] = process.argv.slice(2);
const patients = Number(count);
const WORDS = JSON.parse(fs.readFileSync(wordsFile, 'utf8'));

const question = (state) => (state % 2 ? 'pain' : 'minutes');
const nameOf = (place) => `Patient ${place}`;
const chatOf = (place) => String(FIRST_CHAT + place);
const keyOf = (place) => `${CHANNEL}/conversations/${chatOf(place)}/`;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
const asked = (state, name) => fill(WORDS[question(state)].ask, { name });
const noted = (state, answer, name) => fill(WORDS[question(state)].noted, { name, answer });
const typed = (place, state) => {
    const answers = WORDS[question(state)].answers;
    return answers[(place + Math.floor(state / 2)) % answers.length];
};

// -- where the state lies -----------------------------------------------------------------------------
// The framework brings a storage in memory and ones in a cloud. This is the durable one that fits into a page.
class FileStorage {
    constructor(folder) { this.folder = folder; }

    file(key) { return path.join(this.folder, encodeURIComponent(key)); }

    async read(keys) {
        const found = {};
        for (const key of keys) {
            try {
                found[key] = JSON.parse(await fsp.readFile(this.file(key), 'utf8'));
            } catch (error) {
                if (error.code !== 'ENOENT') throw error;
            }
        }
        return found;
    }

    async write(changes) {
        await Promise.all(Object.entries(changes).map(([key, value]) => this.writeOne(key, value)));
    }

    // A new file beside the old one, made durable, put in its place; then the folder, which holds the name.
    async writeOne(key, value) {
        const target = this.file(key);
        const beside = `${target}.new`;
        const handle = await fsp.open(beside, 'w');
        try {
            await handle.writeFile(JSON.stringify(value));
            await handle.datasync();
        } finally {
            await handle.close();
        }
        await fsp.rename(beside, target);
        const holds = await fsp.open(this.folder, 'r');
        try { await holds.sync(); } finally { await holds.close(); }
    }

    async delete(keys) { await Promise.all(keys.map((key) => fsp.rm(this.file(key), { force: true }))); }
}

// -- the bot ------------------------------------------------------------------------------------------
const ANSWER = JSON.stringify({ id: '4711' });

class Counting extends BotAdapter {
    constructor() { super(); this.sent = 0; }

    async sendActivities(context, activities) {
        return activities.map((activity) => {
            JSON.stringify(activity);
            this.sent += 1;
            return JSON.parse(ANSWER);
        });
    }

    async process(raw, logic) { await this.runMiddleware(new TurnContext(this, JSON.parse(raw)), logic); }
}

const storage = new FileStorage(path.join(folder, 'states'));
const conversations = new ConversationState(storage);
const dialogs = new DialogSet(conversations.createProperty('dialogs'));
const known = conversations.createProperty('patient');
const adapter = new Counting();

const steps = [];
for (let state = 0; state < STATES; state += 1) {
    steps.push(async (step) => {
        const name = (await known.get(step.context)).name;
        return step.prompt('number', { prompt: asked(state, name) });
    });
}
dialogs.add(new NumberPrompt('number'));
dialogs.add(new WaterfallDialog('talk', steps.map((ask, state) => async (step) => {
    if (state > 0) await takeIn(step.context, state - 1, step.result);
    return ask(step);
}).concat([async (step) => {
    await takeIn(step.context, STATES - 1, step.result);
    return step.replaceDialog('talk');
}])));

async function takeIn(context, state, number) {
    const data = await known.get(context);
    data.turns += 1;
    data.answers[question(state)] = number;
    if (state % 2) data.diary = [...data.diary.slice(1), entry(0, data.turns, data.answers.minutes, number)];
    await context.sendActivity(noted(state, number, data.name));
}

async function logic(context) {
    const talk = await dialogs.createContext(context);
    const result = await talk.continueDialog();
    if (result.status === DialogTurnStatus.empty) await talk.beginDialog('talk');
    await conversations.saveChanges(context);
}

// -- the patients -------------------------------------------------------------------------------------
function entry(place, day, minutes, pain) {
    const when = new Date(Date.UTC(2026, 1, 9 + day)).toISOString().slice(0, 10);
    return { date: when, kind: 'cse', minutes, before: place % 5, after: pain };
}

function freshData(place) {
    const diary = [];
    for (let day = 0; day < 28; day += 1) diary.push(entry(place, day, 10 + ((place + day) % 30), (place + day) % 7));
    const arm = place % 2 ? 'combined' : 'exercise';
    return { name: nameOf(place), zone: 'Europe/Berlin', language: 'en', arm, enrolled: '2026-02-09',
        turns: 0, answers: {}, diary };
}

let numbers = 0;
function activity(place, text) {
    numbers += 1;
    return JSON.stringify({
        type: ActivityTypes.Message, id: `m${numbers}`, timestamp: '2026-03-09T18:00:00Z', channelId: CHANNEL,
        serviceUrl: 'https://bench.invalid', from: { id: chatOf(place), name: nameOf(place) },
        conversation: { id: chatOf(place) }, recipient: { id: 'bot', name: 'Coach' }, locale: 'en-us', text,
    });
}

async function seed() {
    fs.mkdirSync(storage.folder, { recursive: true });
    for (let place = 0; place < patients; place += 1) {
        const before = adapter.sent;
        fs.writeFileSync(storage.file(keyOf(place)), JSON.stringify({ patient: freshData(place) }));
        await adapter.process(activity(place, 'hello'), logic);
        if (adapter.sent !== before + 1) throw new Error('the first question was not asked');
    }
}

async function found() {
    const turns = [];
    for (let place = 0; place < patients; place += 1) {
        const kept = await storage.read([keyOf(place)]);
        if (kept[keyOf(place)]) turns.push([place, kept[keyOf(place)].patient.turns]);
    }
    return { turns };
}

// -- being told what to do ----------------------------------------------------------------------------
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const turns = new Array(patients).fill(0);
let following = 0;

async function wave(atOnce) {
    if (atOnce > patients) throw new Error(`${atOnce} at once are more than the ${patients} patients there are`);
    const places = Array.from({ length: atOnce }, (_, place) => (following + place) % patients);
    following = (following + atOnce) % patients;
    const raw = places.map((place) => activity(place, typed(place, turns[place] % STATES)));
    const began = process.hrtime.bigint();
    await Promise.all(raw.map((one) => adapter.process(one, logic)));
    const took = Number(process.hrtime.bigint() - began) / 1e9;
    places.forEach((place) => { turns[place] += 1; });
    return { took, places };
}

async function talk(seconds, atOnce) {
    const before = adapter.sent;
    const waves = [];
    for (let spent = 0; spent < seconds;) {
        const { took } = await wave(atOnce);
        waves.push(took);
        spent += took;
    }
    const replies = adapter.sent - before;
    if (replies !== waves.length * atOnce * 2) throw new Error(`wrong number of replies: ${replies}`);
    return { waves };
}

async function serve() {
    tell({ ready: true });
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const order = JSON.parse(line);
        if (order.do === 'stop') return;
        while (order.do === 'until_killed') {
            const [place] = (await wave(1)).places;
            tell({ place, turns: turns[place] });
        }
        tell(await talk(order.seconds, order.at_once));
    }
}

async function main() {
    if (what === 'seed') await seed();
    else if (what === 'found') tell(await found());
    else await serve();
}

// Not before all that was said has left: a pipe takes 64 kB at a time.
main().then(() => process.stdout.write('', () => process.exit(0)), (error) => { console.error(error); process.exit(1); });
